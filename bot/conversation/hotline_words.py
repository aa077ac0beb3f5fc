"""Which checked telephone lines a person is told of, and in what words. They are chosen anew each time words are made:
what has expired, or was taken back, is told to nobody. What was checked stands in bot/reports/hotlines.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import yaml
from babel import Locale
from sqlalchemy.orm import Session

from bot.channels.sms_segments import part_count
from bot.conversation.heard_facts import FACT
from bot.conversation.wording import PROJECT, Wording
from bot.database.session import database_now
from bot.database.tables import Conversation
from bot.messages.outbox import Words
from bot.privacy.sealing import ConversationOpener
from bot.reports.hotlines import HotlineLine, RunBy, lines_of, numbers_for
from bot.reports.report_store import find_open_report, read_facts

ASKED, NOBODY_YET = "utter_hotlines", "utter_nobody_yet"
TOLD = "hotlines"  # in the arguments of an outbox row: the verifications it told, for staff who look later
PLACES = PROJECT / "nlu" / "lookups" / "places.yml"
_MOST_LINES, _SMS_PARTS = 4, 2
Facts = Mapping[str, str]


def countries_named(facts: Facts) -> list[str]:
    """ISO codes of the countries a report names: those of its places first, which is where somebody is."""
    places = [_countries_of_places().get(value) for value in _values(facts, "place")]
    return list(dict.fromkeys(code for code in [*places, *_values(facts, "country")] if code))


def _values(facts: Facts, entity: str) -> list[str]:
    """The coded values of a fact that was heard: a line is `poipet (ปอยเปต)`, or the value alone."""
    return [line.partition(" (")[0] for line in facts.get(FACT + entity, "").split("\n") if line]


@cache
def _countries_of_places() -> Mapping[str, str]:
    places: Mapping[str, Any] = yaml.safe_load(PLACES.read_text(encoding="utf-8"))
    return {key: place["country"] for key, place in places.items()}


def lines_for(session: Session, facts: Facts, wording: Wording, language: str) -> list[HotlineLine]:
    """The lines of the countries that the facts name; where they name none, of all that were checked, the deployment's
    own country first. The police come last of all."""
    today = database_now(session).date()
    if countries := countries_named(facts):
        lines = [line for code in countries for line in numbers_for(session, code, language, today)]
    else:
        lines = numbers_for(session, None, language, today)
        lines.sort(key=lambda line: line.country != wording.deployment.country)
    return sorted(lines, key=lambda line: line.run_by is RunBy.POLICE)


def numbers_asked_for(
    session: Session,
    conversation: Conversation,
    opener: ConversationOpener,
    wording: Wording,
    language: str,
    *,
    sms: bool,
) -> Words:
    """The answer to the word "numbers"; that there is none yet, when none was checked for their country."""

    def write(lines: Sequence[HotlineLine]) -> Words:
        arguments = {"lines": _written(lines, wording, language, sms=sms)}
        return wording.render(ASKED, language, sms=sms, arguments=arguments)

    lines = lines_for(session, _facts_of(session, conversation, opener), wording, language)
    if not lines:
        return wording.render("utter_no_hotlines", language, sms=sms)
    return write(_as_many_as_fit(lines, write, sms=sms))


def nobody_yet(
    session: Session, conversation: Conversation, opener: ConversationOpener, wording: Wording, *, sms: bool
) -> tuple[Words, list[int]]:
    """Everybody was tried in vain: the truth, and under it whom else they can call, if anybody was checked. Beside it
    the verifications that were told. Where an official was named, the police are not offered unasked."""
    language = conversation.language or wording.deployment.default_language.value
    facts = _facts_of(session, conversation, opener)
    lines = lines_for(session, facts, wording, language)
    if FACT + "official" in facts:
        lines = [line for line in lines if line.run_by is not RunBy.POLICE]

    def write(some: Sequence[HotlineLine]) -> Words:
        return _under_the_truth(some, wording, language, sms=sms)

    told = _as_many_as_fit(lines, write, sms=sms)
    return write(told), [line.verification_id for line in told]


def _facts_of(session: Session, conversation: Conversation, opener: ConversationOpener) -> Facts:
    report = find_open_report(session, conversation.id)
    return read_facts(report, opener) if report is not None else {}


def nobody_yet_as_told(
    session: Session, verification_ids: list[int], wording: Wording, language: str, *, sms: bool
) -> Words:
    """The same once more for staff, with the lines that were told then."""
    return _under_the_truth(lines_of(session, verification_ids), wording, language, sms=sms)


def _under_the_truth(lines: Sequence[HotlineLine], wording: Wording, language: str, *, sms: bool) -> Words:
    truth = wording.render(NOBODY_YET, language, sms=sms).text
    return Words(text="\n".join([truth, *([_written(lines, wording, language, sms=sms)] if lines else [])]))


def _as_many_as_fit(
    lines: Sequence[HotlineLine], write: Callable[[Sequence[HotlineLine]], Words], *, sms: bool
) -> Sequence[HotlineLine]:
    """Nobody in danger reads a list, and an SMS of more than two parts may arrive in pieces; but one line is told."""
    told = lines[:_MOST_LINES]
    while sms and len(told) > 1 and part_count(write(told).text) > _SMS_PARTS:
        told = told[:-1]
    return told


def _written(lines: Sequence[HotlineLine], wording: Wording, language: str, *, sms: bool) -> str:
    return "\n".join(_written_line(line, wording, language, sms=sms) for line in lines)


def _written_line(line: HotlineLine, wording: Wording, language: str, *, sms: bool) -> str:
    values = {
        "country": _country_name(line.country, language),
        "name": line.name,
        "number": line.number,
        "records": wording.render(f"utter_hotline_records_{line.records.value}", language, sms=sms).text,
    }
    return wording.render("utter_hotline_line", language, sms=sms, arguments=values).text


def _country_name(code: str, language: str) -> str:
    """CLDR's name, without a second one in parentheses: "Myanmar", not "Myanmar (Burma)"."""
    return str(Locale.parse(language).territories.get(code, code)).partition(" (")[0]
