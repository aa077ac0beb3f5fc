"""What staff may do with a person's choice: ask to tell somebody outside, agree, refuse, take back, say it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from bot.conversation import release_desk
from bot.conversation.release_desk import ReleaseNotFoundError, ReleaseRefusedError
from bot.conversation.release_view import waiting_releases
from bot.database.states import ReleaseState
from bot.database.tables import AuditEntry, OutboxMessage
from bot.deployment import DEMO_DEPLOYMENT, Party
from bot.reports.release import Wish
from tests.unit.conversation_turns.telling_others import (
    DARA,
    EMBASSY,
    FOR_A_CHILD,
    NGO,
    NOOR,
    OURS,
    POLICE,
    TO_EMBASSY,
    TO_NGO,
    TO_POLICE,
    ask,
    bound,
    by_rule,
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
from tests.unit.house import CRY, OTHER_REPORTER, House

# --- Releases ---


def test_what_the_person_in_need_chose_is_approved_at_once_and_done_by_a_named_person(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, EMBASSY)
    release_id = ask(house, TO_EMBASSY, noor)
    assert releases(house)[0].state is ReleaseState.APPROVED
    assert by_rule(house, release_desk.mark_done, release_id, noor) is ReleaseState.DONE
    with house.database.transaction() as session:
        audit = session.execute(select(AuditEntry.action, AuditEntry.detail, AuditEntry.staff_id)).all()
    assert [tuple(each) for each in audit][-2:] == [
        ("release_asked", "embassy", noor),
        ("release_done", "embassy", noor),
    ]


def test_nothing_leaves_by_a_release(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, EMBASSY)
    before = house.rows(OutboxMessage)
    by_rule(house, release_desk.mark_done, ask(house, TO_EMBASSY, noor), noor)
    assert house.rows(OutboxMessage) == before


def test_never_police_yields_to_a_duty_that_was_told_and_two_people(house: House) -> None:
    house = bound(house)
    noor, dara = staff(house, NOOR), staff(house, DARA)
    in_need(house)
    chooses(house, OURS)
    assert refused(house, TO_POLICE, noor) == "never_police"
    release_id = ask(house, FOR_A_CHILD, noor)
    assert releases(house)[0].state is ReleaseState.ASKED
    with pytest.raises(ReleaseRefusedError, match="second named person"):
        by_rule(house, release_desk.agree, release_id, noor)
    with pytest.raises(ReleaseRefusedError, match="does not wait"):
        by_rule(house, release_desk.mark_done, release_id, noor)
    assert by_rule(house, release_desk.agree, release_id, dara) is ReleaseState.APPROVED
    assert seen(house).releases[0].approved_by == DARA
    assert by_rule(house, release_desk.mark_done, release_id, noor) is ReleaseState.DONE


def test_a_duty_that_is_listed_no_more_is_not_agreed_to(house: House) -> None:
    house = bound(house)
    noor, dara = staff(house, NOOR), staff(house, DARA)
    in_need(house)
    house.hears("2")
    release_id = ask(house, FOR_A_CHILD, noor)
    free = replace(house, wording=replace(house.wording, deployment=DEMO_DEPLOYMENT))
    with pytest.raises(ReleaseRefusedError, match=r"deployment\.yml lists no such duty"):
        by_rule(free, release_desk.agree, release_id, dara)
    assert releases(house)[0].state is ReleaseState.ASKED


def test_the_database_itself_refuses_one_person_for_two(house: House) -> None:
    house = bound(house)
    noor = staff(house, NOOR)
    in_need(house)
    house.hears("2")
    ask(house, FOR_A_CHILD, noor)
    with pytest.raises(IntegrityError, match="two_named_persons"), house.database.transaction() as session:
        session.execute(text("update release set approved_by = asked_by"))
    with pytest.raises(IntegrityError, match="second_person_agreed"), house.database.transaction() as session:
        session.execute(text("update release set state = 'done'"))


def test_a_second_person_can_refuse_and_that_ends_it(house: House) -> None:
    house = bound(house)
    noor, dara = staff(house, NOOR), staff(house, DARA)
    in_need(house)
    house.hears("2")
    release_id = ask(house, FOR_A_CHILD, noor)
    with house.database.transaction() as session, pytest.raises(ReleaseRefusedError):
        release_desk.refuse(session, 101, release_id, staff_id=noor)
    with house.database.transaction() as session:
        assert waiting_releases(session) == [(101, release_id, "police", NOOR)]
        release_desk.refuse(session, 101, release_id, staff_id=dara)
    assert releases(house)[0].state is ReleaseState.DENIED
    with house.database.transaction() as session, pytest.raises(ReleaseRefusedError, match="does not wait"):
        release_desk.refuse(session, 101, release_id, staff_id=dara)
    with pytest.raises(ReleaseRefusedError, match="does not wait"):
        by_rule(house, release_desk.agree, release_id, dara)


def test_what_was_permitted_ends_when_they_choose_otherwise_but_not_what_the_law_demands(house: House) -> None:
    house = bound(house)
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, POLICE)
    ask(house, TO_POLICE, noor)
    ask(house, FOR_A_CHILD, noor)
    chooses(house, POLICE)
    assert [each.state for each in releases(house)] == [ReleaseState.APPROVED, ReleaseState.ASKED]
    chooses(house, OURS)
    assert [each.state for each in releases(house)] == [ReleaseState.WITHDRAWN, ReleaseState.ASKED]
    assert releases(house)[0].ended_by is None


def test_anybody_takes_a_release_back_until_it_is_done(house: House) -> None:
    noor, dara = staff(house, NOOR), staff(house, DARA)
    in_need(house)
    chooses(house, NGO)
    release_id = ask(house, TO_NGO, noor)
    with house.database.transaction() as session:
        release_desk.withdraw(session, 101, release_id, staff_id=dara)
    assert releases(house)[0].state is ReleaseState.WITHDRAWN
    with house.database.transaction() as session, pytest.raises(ReleaseRefusedError, match="does not wait"):
        release_desk.withdraw(session, 101, release_id, staff_id=dara)


def test_the_same_is_not_asked_twice_while_it_stands(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, NGO)
    ask(house, TO_NGO, noor)
    assert refused(house, TO_NGO, noor) == "asked_already"


@pytest.mark.parametrize(("reason", "code"), [("  \n", "no_reason"), ("x" * 501, "reason_too_long")])
def test_a_release_needs_a_reason(house: House, reason: str, code: str) -> None:
    in_need(house)
    chooses(house, NGO)
    with pytest.raises(ReleaseRefusedError) as refusal:
        ask(house, TO_NGO, staff(house, NOOR), reason)
    assert refusal.value.code == code


def test_a_reason_is_sealed_and_shown_to_staff(house: House) -> None:
    in_need(house)
    chooses(house, NGO)
    ask(house, TO_NGO, staff(house, NOOR), "the group has a bed")
    assert b"bed" not in (releases(house)[0].reason_sealed or b"")
    assert seen(house).releases[0].reason == "the group has a bed"
    assert "bed" not in repr(seen(house))


def test_another_cases_release_is_not_found(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, NGO)
    release_id = ask(house, TO_NGO, noor)
    house.hears(CRY, sender=OTHER_REPORTER)
    with house.database.transaction() as session, pytest.raises(ReleaseNotFoundError):
        release_desk.withdraw(session, 102, release_id, staff_id=noor)


# --- Who speaks for another; what somebody saw ---


def test_what_was_chosen_for_another_needs_a_second_person(house: House) -> None:
    house.hears(CRY)
    house.hears("1")
    house.hears("2")  # somebody else
    chooses(house, POLICE)
    ask(house, TO_POLICE, staff(house, NOOR))
    assert releases(house)[0].why == "chosen_for_another"
    assert releases(house)[0].state is ReleaseState.ASKED


def test_a_tip_goes_on_by_the_rule_that_was_told_until_its_teller_says_otherwise(house: House) -> None:
    house = operated(house, tips_may_go_to=["labour", "ngo"])
    noor = staff(house, NOOR)
    for words in ("tip", "1", "2", "they lock workers in at night"):
        house.hears(words)
    release_id = ask(house, Wish(party=Party.LABOUR), noor)
    assert releases(house)[0].why == "tip_rule"
    assert refused(house, TO_POLICE, noor) == "nothing_chosen"
    chooses(house, OURS)
    assert releases(house)[0].state is ReleaseState.WITHDRAWN
    with pytest.raises(ReleaseRefusedError):
        by_rule(house, release_desk.agree, release_id, staff(house, DARA))
    assert refused(house, TO_NGO, noor) == "chose_otherwise"


# --- An official ---


@pytest.fixture
def ears() -> NamingEngine:
    return NamingEngine()


def test_a_named_official_closes_the_police_until_they_choose_police_again(house: House, ears: NamingEngine) -> None:
    house = replace(house, engine=ears)
    noor, dara = staff(house, NOOR), staff(house, DARA)
    in_need(house)
    chooses(house, POLICE)
    approved = ask(house, TO_POLICE, noor)
    ears.named = (heard("official", "police"),)
    house.hears("the police chief owns the building")
    ears.named = ()
    assert seen(house).chosen_before_official
    with pytest.raises(ReleaseRefusedError, match="an official is named"):
        by_rule(house, release_desk.mark_done, approved, noor)
    house.pass_time(timedelta(seconds=1))
    assert house.hears("share")[-1] == said(house, "utter_ask_tell_whom_official")
    house.hears(POLICE)
    assert by_rule(house, release_desk.mark_done, approved, noor) is ReleaseState.ASKED
    assert releases(house)[0].why == "chosen_though_official"
    assert by_rule(house, release_desk.agree, approved, dara) is ReleaseState.APPROVED
    assert by_rule(house, release_desk.mark_done, approved, noor) is ReleaseState.DONE


def test_naming_another_official_closes_them_again_and_the_same_one_does_not(house: House, ears: NamingEngine) -> None:
    house = replace(house, engine=ears)
    noor = staff(house, NOOR)
    ears.named = (heard("official", "army"),)
    in_need(house)
    ears.named = ()
    chooses(house, POLICE)
    ears.named = (heard("official", "army"),)
    house.hears("it is the army")
    assert not seen(house).chosen_before_official
    ears.named = (heard("official", "police"),)
    house.hears("and the police")
    assert seen(house).chosen_before_official
    assert refused(house, TO_POLICE, noor) == "official_closes_police"


def test_staff_can_mark_an_official_that_the_machine_did_not_hear(house: House) -> None:
    noor = staff(house, NOOR)
    in_need(house)
    chooses(house, POLICE)
    for _ in range(2):
        with house.database.transaction() as session:
            release_desk.mark_official(session, 101, staff_id=noor)
    assert refused(house, TO_POLICE, noor) == "official_closes_police"
    assert house.rows(AuditEntry, action="official_marked") == 1


def test_with_an_official_a_duty_goes_to_another_authority_only(house: House) -> None:
    house = bound(house)
    noor = staff(house, NOOR)
    in_need(house)
    house.hears("2")
    with house.database.transaction() as session:
        release_desk.mark_official(session, 101, staff_id=noor)
    assert refused(house, FOR_A_CHILD, noor) == "official_other_authority"
    ask(house, replace(FOR_A_CHILD, other_authority=True), noor)
    assert releases(house)[0].why == "duty_other_authority"
