"""What a reporter is told of who may be told, made from deployment.yml: the laws that bind the operator, the rule for
tips, and what the law of a country says to somebody who got out. Which rules were told is kept, because only those may
later go before the person's own choice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.conversation.engine import State, Understanding
from bot.conversation.heard_facts import heard_facts
from bot.conversation.hotline_words import countries_named
from bot.conversation.wording import Wording
from bot.database.states import ReportKind
from bot.database.tables import Conversation
from bot.deployment import Deployment, DutyToReport, Party
from bot.dialogue.disclosing import WHO_IS_TOLD
from bot.messages.outbox import Words
from bot.privacy.sealing import ConversationOpener
from bot.reports.report_store import find_open_report, read_facts
from bot.reports.told_rules import duty_code, note_rules, tip_code

QUESTION, QUESTION_WITH_OFFICIAL = "utter_ask_tell_whom", "utter_ask_tell_whom_official"
REPORTING, GOT_OUT = "utter_info_reporting", "utter_info_out"


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A turn that says something, as far as the words here depend on it."""

    conversation: Conversation
    state: State = field(repr=False)
    understanding: Understanding = field(repr=False)
    opener: ConversationOpener = field(repr=False)
    sms: bool


def asks_whom_to_tell(state: State) -> bool:
    """The question is open because they asked for it, not because the report came to it."""
    return bool((state.get("slots") or {}).get("share_asked"))


def true_words(session: Session, telling: Telling, response: str, wording: Wording, language: str) -> Words | None:
    """The words of a response that deployment.yml, or the case, decides; None for all others."""
    if response == WHO_IS_TOLD:
        return who_is_told(wording, _topic(session, telling), language, sms=telling.sms)
    if response == REPORTING:
        return what_happens_if_told(wording, language, sms=telling.sms)
    if response == GOT_OUT:
        return what_the_law_says(wording, _countries(session, telling), language, sms=telling.sms)
    report = find_open_report(session, telling.conversation.id)
    if response == QUESTION and report is not None and report.official_named_at is not None:
        return wording.render(QUESTION_WITH_OFFICIAL, language, sms=telling.sms)
    return None


def note_what_was_told(
    session: Session, telling: Telling, said: Iterable[tuple[str, int]], deployment: Deployment
) -> None:
    """Keep which rules this turn told, by the rows that tell them; `said` is each response with its row."""
    for response, outbox_id in said:
        if response == WHO_IS_TOLD:
            rules = rules_told(deployment, _topic(session, telling))
            note_rules(session, telling.conversation.id, outbox_id, rules)


def _topic(session: Session, telling: Telling) -> str | None:
    """What it is about: the open questions', or what was filed already."""
    topic = (telling.state.get("slots") or {}).get("topic")
    if topic is not None:
        return str(topic)
    report = find_open_report(session, telling.conversation.id)
    return "tip" if report is not None and report.kind is ReportKind.TIP else None


def _countries(session: Session, telling: Telling) -> list[str]:
    report = find_open_report(session, telling.conversation.id)
    told = read_facts(report, telling.opener) if report is not None else {}
    return countries_named({**told, **heard_facts(telling.understanding)})


def who_is_told(wording: Wording, topic: str | None, language: str, *, sms: bool) -> Words:
    """The one sentence that is true for this operator, and for this topic."""
    deployment = wording.deployment
    if _goes_by_the_tip_rule(deployment, topic):
        parties = ", ".join(_party(wording, party, language, sms=sms) for party in _told_of_tips(deployment))
        return wording.render(f"{WHO_IS_TOLD}_tip", language, sms=sms, arguments={"parties": parties})
    return _with_duties(wording, WHO_IS_TOLD, language, sms=sms)


def rules_told(deployment: Deployment, topic: str | None) -> list[str]:
    """What that sentence told, as codes: the duties, and for a tip to whom tips may go."""
    duties = [duty_code(duty.trigger, duty.to) for duty in deployment.duties_to_report]
    tips = [tip_code(party) for party in deployment.tips_may_go_to] if _goes_by_the_tip_rule(deployment, topic) else []
    return [*duties, *tips]


def what_happens_if_told(wording: Wording, language: str, *, sms: bool) -> Words:
    """The answer to "what happens if I tell you"."""
    return _with_duties(wording, REPORTING, language, sms=sms)


def what_the_law_says(wording: Wording, countries: Sequence[str], language: str, *, sms: bool) -> Words:
    """For somebody who got out: of the country they named first; where they named none, of the operator's. A country of
    which we know too little gets what holds everywhere."""
    country = countries[0] if countries else wording.deployment.country
    own = f"{GOT_OUT}_{country.lower()}"
    return wording.render(own if own in wording.responses else GOT_OUT, language, sms=sms)


def _with_duties(wording: Wording, name: str, language: str, *, sms: bool) -> Words:
    duties = wording.deployment.duties_to_report
    if not duties:
        return wording.render(name, language, sms=sms)
    lines = "\n".join(_lines_of(wording, duties, language, sms=sms))
    return wording.render(f"{name}_duty", language, sms=sms, arguments={"duties": lines})


def _lines_of(wording: Wording, duties: Sequence[DutyToReport], language: str, *, sms: bool) -> Iterator[str]:
    """One line for the same thing told to two, or two things told to the same; else one for each."""
    triggers = list(dict.fromkeys(duty.trigger for duty in duties))
    parties = list(dict.fromkeys(duty.to for duty in duties))
    together = len(triggers) == 1 or len(parties) == 1
    for some, others in [(triggers, parties)] if together else [([each.trigger], [each.to]) for each in duties]:
        told_of = (wording.render(f"utter_duty_{each.value}", language, sms=sms).text for each in some)
        told = (_party(wording, each, language, sms=sms) for each in others)
        arguments = {"trigger": ", ".join(told_of), "party": ", ".join(told)}
        yield wording.render("utter_duty", language, sms=sms, arguments=arguments).text


def _party(wording: Wording, party: Party, language: str, *, sms: bool) -> str:
    return wording.render(f"utter_party_{party.value}", language, sms=sms).text


def _goes_by_the_tip_rule(deployment: Deployment, topic: str | None) -> bool:
    return topic == "tip" and bool(deployment.tips_may_go_to)


def _told_of_tips(deployment: Deployment) -> Iterable[Party]:
    """A duty is a way of its own by which a tip may go on; whoever writes one is told of all of them in one list."""
    return dict.fromkeys([*deployment.tips_may_go_to, *(duty.to for duty in deployment.duties_to_report)])
