"""Whom we may tell: what is told of the law before, the choice, its change, another phone, a wipe."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from bot.channels.sms_segments import part_count
from bot.conversation.engine import Entity
from bot.conversation.who_is_told import what_happens_if_told, who_is_told
from bot.conversation.wording import Wording
from bot.database.states import Choice, OutboxState, ReleaseState, ReportState
from bot.database.tables import Conversation, OutboxMessage, Report, RuleTold, TellChoice
from bot.deployment import DEMO_DEPLOYMENT, Deployment, Party, Trigger
from bot.reports.choices import choice_that_counts
from tests.unit.conversation_turns.telling_others import (
    CHILD_TO_POLICE,
    EMBASSY,
    FOR_A_CHILD,
    LABOUR,
    NGO,
    NOOR,
    OURS,
    POLICE,
    TO_EMBASSY,
    TO_POLICE,
    ask,
    bound,
    choices,
    chooses,
    in_need,
    operated,
    refused,
    releases,
    said,
    seen,
    staff,
)
from tests.unit.conversation_turns.test_hotlines import NamingEngine, heard
from tests.unit.conversation_turns.two_phones import given
from tests.unit.house import CRY, OTHER_REPORTER, REPORTER, House

# --- What is told before they choose ---


def test_without_a_duty_they_are_told_that_nobody_outside_is_told(house: House) -> None:
    house.hears("help")
    house.hears("1")
    assert house.hears("1")[0] == said(house, "utter_who_is_told")
    assert house.rows(RuleTold) == 0


def test_a_duty_is_told_before_they_tell_anything_more(house: House) -> None:
    house = bound(house)
    house.hears("help")
    house.hears("1")
    told, question = house.hears("1")
    assert told.split("\n")[1] == "a child in danger: police"
    assert question == said(house, "utter_ask_danger_now")


@pytest.mark.parametrize(
    ("language", "words"),
    [("th", ("ช่วยด้วย", "ใช่", "๑")), ("km", ("ជួយ", "បាទ", "១")), ("vi", ("cứu em với", "có", "1")),
     ("my", ("ကူညီပါ", "ဟုတ်ကဲ့", "၁"))],
)  # fmt: skip
def test_a_duty_is_told_in_their_language(house: House, language: str, words: tuple[str, str, str]) -> None:
    house = bound(house)
    house.hears(words[0])
    house.hears(words[1])
    told = house.hears(words[2])[0]
    assert said(house, "utter_duty_child_in_danger", language) in told
    assert said(house, "utter_party_police", language) in told


def test_who_tells_what_they_saw_is_told_where_that_may_go(house: House) -> None:
    house = operated(bound(house), duties_to_report=[CHILD_TO_POLICE], no_duty_to_report_checked=False,
                     tips_may_go_to=["labour"])  # fmt: skip
    house.hears("tip")
    house.hears("1")
    assert house.hears("2")[0].split("\n")[1] == "labour inspectors, police"
    with house.database.transaction() as session:
        assert session.scalars(select(RuleTold.rules)).one() == ["child_in_danger:police", "tip:labour"]


def test_what_happens_if_they_tell_is_answered_with_the_duty(house: House) -> None:
    for each, line in ((house, said(house, "utter_info_reporting")), (bound(house), "a child in danger: police")):
        sender = REPORTER if each is house else OTHER_REPORTER
        each.hears("question", sender=sender)
        each.hears("1", sender=sender)
        assert line in each.hears("4", sender=sender)[0]


def test_a_rule_counts_as_told_once_it_left_and_they_wrote_on(house: House) -> None:
    house = bound(house)
    noor = staff(house, NOOR)
    in_need(house)  # the last message told the rule; nothing was written after it
    house.hears("2")
    assert refused(house, TO_POLICE, noor) == "nothing_chosen"
    assert seen(house).duties == (("child_in_danger", "police", True),)
    for state in (OutboxState.HELD, OutboxState.CANCELLED, OutboxState.FAILED, OutboxState.UNCERTAIN):
        house.change(OutboxMessage, state=state)
        assert refused(house, FOR_A_CHILD, noor) == "duty_not_told", state


def test_a_rule_they_read_last_and_did_not_answer_was_not_told_before(house: House) -> None:
    house = bound(house)
    house.hears("help")
    house.hears("1")
    house.hears("1")
    assert refused(house, FOR_A_CHILD, staff(house, NOOR)) == "duty_not_told"


# --- What the law of their country says ---


@pytest.mark.parametrize(
    ("named", "response"),
    [
        pytest.param((), "utter_info_out_th", id="nothing named: the operator's country"),
        pytest.param((heard("place", "poipet"),), "utter_info_out_kh", id="a place in Cambodia"),
        pytest.param((heard("country", "MM"),), "utter_info_out_mm", id="Myanmar"),
        pytest.param((heard("country", "VN"),), "utter_info_out_vn", id="Viet Nam"),
        pytest.param((heard("country", "PH"),), "utter_info_out", id="a country of which we know too little"),
    ],
)
def test_who_got_out_is_told_the_law_of_where_they_are(house: House, named: tuple[Entity, ...], response: str) -> None:
    ears = NamingEngine()
    house = replace(house, engine=ears)
    house.hears("question")
    house.hears("1")
    ears.named = named
    assert house.hears("3")[0] == said(house, response)


# --- The choice ---


def test_the_choice_of_the_form_is_the_cases_rule(house: House) -> None:
    in_need(house)
    for answer in ("2", "skip", "skip", "skip"):
        house.hears(answer)
    assert house.said()[-1].text == said(house, "utter_ask_tell_whom")
    assert seen(house).chosen is None
    house.hears(EMBASSY)
    assert choices(house) == [Choice.EMBASSY]
    assert seen(house).chosen == "embassy"


def test_the_later_word_wins_and_every_word_is_seen(house: House) -> None:
    in_need(house)
    for number in (POLICE, OURS, NGO):
        assert chooses(house, number)[0] == said(house, "utter_choice_kept")
    assert seen(house).chosen == "ngo"
    assert [choice for _, choice in seen(house).choices] == ["police", "ours", "ngo"]


def test_who_asks_and_does_not_answer_keeps_the_choice(house: House) -> None:
    in_need(house)
    chooses(house, EMBASSY)
    assert chooses(house, "skip")[0] == said(house, "utter_choice_unchanged")
    assert seen(house).chosen == "embassy"


def test_before_it_is_safe_nothing_is_asked(house: House) -> None:
    house.hears("help")
    assert house.hears("share") == [said(house, "utter_ask_safe_now")]
    in_need(house)
    house.pass_time(timedelta(minutes=30))
    assert house.hears("share") == [said(house, "utter_ask_safe_now")]


def test_it_can_be_changed_while_a_human_speaks(house: House) -> None:
    noor = house.on_call(NOOR)
    house.arrives(CRY)
    house.settle()
    house.hears("1")
    house.hears("1")
    with house.database.transaction() as session:
        session.scalars(select(Conversation)).one().owner_id = noor
    assert house.hears("share")[-1] == said(house, "utter_ask_tell_whom")
    assert house.hears(LABOUR) == [said(house, "utter_choice_kept")]
    assert seen(house).chosen == "labour"


def test_a_choice_after_the_case_was_closed_stays_with_it_and_opens_none(house: House) -> None:
    in_need(house)
    for answer in ("2", "skip", "skip", "skip", POLICE):
        house.hears(answer)
    house.change(Report, state=ReportState.CLOSED)
    chooses(house, OURS)
    assert house.rows(Report) == 1
    assert seen(house).chosen == "ours"


def test_a_yes_is_not_carried_to_the_next_case_and_a_no_goes_for_all(house: House) -> None:
    in_need(house)
    chooses(house, POLICE)
    house.change(Report, state=ReportState.CLOSED)
    house.arrives(CRY)
    house.settle()
    assert house.rows(Report) == 2
    assert (seen(house, 101).chosen, seen(house, 102).chosen) == ("police", None)
    chooses(house, EMBASSY)
    assert (seen(house, 101).chosen, seen(house, 102).chosen) == (None, "embassy")
    chooses(house, OURS)
    assert (seen(house, 101).chosen, seen(house, 102).chosen) == ("ours", "ours")


def test_the_choice_goes_along_to_another_phone_and_is_changed_from_there(house: House) -> None:
    in_need(house)
    chooses(house, POLICE)
    code = given(house)
    house.hears(code, sender=OTHER_REPORTER)
    house.hears("1", sender=OTHER_REPORTER)
    assert seen(house).chosen == "police"
    chooses(house, OURS, sender=OTHER_REPORTER)
    assert seen(house).chosen == "ours"


def test_a_wipe_ends_every_permission_and_leaves_codes_only(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, EMBASSY)
    ask(house, TO_EMBASSY, noor, "a secret of theirs")
    house.hears("wipe")
    house.hears("1")
    (release,) = releases(house)
    assert (release.state, release.ended_by, release.reason_sealed) == (ReleaseState.WITHDRAWN, None, None)
    assert refused(house, TO_EMBASSY, noor) == "erased"
    assert choices(house) == [Choice.EMBASSY]
    assert seen(house).releases[0].reason == ""


def test_the_choice_that_counts_is_none_before_any(house: House) -> None:
    in_need(house)
    with house.database.transaction() as session:
        report = session.scalars(select(Report)).one()
        assert choice_that_counts(session, report) is None
        assert session.scalar(select(func.count()).select_from(TellChoice)) == 0


def test_every_deployment_tells_its_rules_in_two_parts(wording: Wording) -> None:
    """All duties and tip rules that deployment.yml allows, in every language."""
    base = {**DEMO_DEPLOYMENT.model_dump(mode="json"), "no_duty_to_report_checked": False}
    pairs = [{"trigger": trigger, "to": party, "law": "x"} for trigger in Trigger for party in Party]
    tips = [list(some) for count in (1, 2) for some in combinations(Party, count)]
    measured, long = 0, []
    for duties in [list(some) for count in (1, 2) for some in combinations(pairs, count)]:
        try:
            deployment = Deployment.model_validate({**base, "duties_to_report": duties})
        except ValidationError:
            continue
        for tip_rule in [[], *(tips if duties[0]["trigger"] == duties[-1]["trigger"] else [])]:
            theirs = replace(wording, deployment=deployment.model_copy(update={"tips_may_go_to": tuple(tip_rule)}))
            for language in ("en", "th", "km", "vi", "my"):
                topic = "tip" if tip_rule else "help"
                words = [
                    who_is_told(theirs, topic, language, sms=True),
                    what_happens_if_told(theirs, language, sms=True),
                ]
                measured += 1
                long += [each.text for each in words if part_count(each.text) > 2]
    assert measured > 1000
    assert long == []
