"""Overrides, swaps, rotations, holidays as rows: what is refused, what two at once may not do, what the audit keeps."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.database.states import OnHolidays
from bot.database.tables import AuditEntry, RosterEntry, RosterOverride, Staff
from bot.escalation.roster import places
from bot.escalation.roster_changes import (
    Hours,
    add_override,
    coming_overrides,
    find_override,
    remove_override,
    set_conflicts,
    set_reads,
    swap,
)
from bot.escalation.roster_store import load_roster
from bot.escalation.rotation_changes import (
    add_holiday,
    add_rotation,
    list_holidays,
    list_rotations,
    only_between,
    remove_holiday,
    remove_rotation,
    usual_rule,
)
from bot.escalation.wall_time import RosterError

EIGHT = datetime(2031, 11, 24, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BANGKOK = ZoneInfo("Asia/Bangkok")
RULE = usual_rule(1, BANGKOK, date(2031, 11, 24))


def _hours(first: int, last: int) -> Hours:
    return Hours(starts_at=EIGHT + first * HOUR, ends_at=EIGHT + last * HOUR)


def _staff(session: Session, name: str, step: int | None = None) -> Staff:
    staff = session.scalar(select(Staff).where(Staff.name == name))
    if staff is None:
        staff = Staff(name=name)
        session.add(staff)
        session.flush()
        if step is not None:
            session.add(RosterEntry(staff_id=staff.id, step_no=step, starts_at=None, ends_at=None))
    session.flush()
    return staff


def _standing(session: Session, at: datetime) -> set[tuple[int, str]]:
    names = {staff.id: staff.name for staff in session.scalars(select(Staff))}
    return {(step, names[who]) for step, who in places(at, load_roster(session))}


def _details(session: Session) -> list[str | None]:
    return list(session.scalars(select(AuditEntry.detail).order_by(AuditEntry.id)))


def test_an_override_stands_and_is_in_the_audit(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann", 1), _staff(session, "Bopha")
        made = add_override(session, absent=ann, present=bopha, step_no=None, hours=_hours(0, 8), by=bopha)
        assert _standing(session, EIGHT) == {(1, "Bopha")}
        assert _standing(session, EIGHT + 8 * HOUR) == {(1, "Ann")}
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.staff_id, entry.detail) == ("roster_changed", bopha.id, f"override {made}")
        assert [each.id for each in coming_overrides(session)] == [made]


def test_rule_26_two_overrides_for_one_absent_person_never_overlap(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann"), _staff(session, "Bopha")
        made = add_override(session, absent=ann, present=bopha, step_no=None, hours=_hours(0, 8), by=None)
        with pytest.raises(RosterError, match=f"Ann has override number {made} from 2031-11-24 08:00"):
            add_override(session, absent=ann, present=None, step_no=None, hours=_hours(7, 9), by=None)
        after = add_override(session, absent=ann, present=None, step_no=None, hours=_hours(8, 9), by=None)
        assert [each.id for each in coming_overrides(session)] == [made, after]


def test_rule_26_of_two_written_in_the_same_instant_one_is_refused(database: Database) -> None:
    """The second waits in the database for the first to be committed, and is then refused."""
    with database.transaction() as session:
        ann_id, bopha_id = _staff(session, "Ann").id, _staff(session, "Bopha").id
    inside, outcomes = threading.Barrier(2), []

    def write() -> None:
        try:
            with database.transaction() as session:
                ann, bopha = session.get_one(Staff, ann_id), session.get_one(Staff, bopha_id)
                inside.wait(10)
                add_override(session, absent=ann, present=bopha, step_no=None, hours=_hours(0, 8), by=None)
        except RosterError as error:
            outcomes.append(str(error))
        else:
            outcomes.append("stands")

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcome.startswith("Ann has") for outcome in outcomes) == [False, True]
    with database.transaction() as session:
        assert len(session.scalars(select(RosterOverride)).all()) == 1
        assert len(_details(session)) == 1


REFUSED = {
    "nobody": ((None, None, 1, (0, 8)), "names somebody"),
    "for themselves": (("Ann", "Ann", None, (0, 8)), "for themselves"),
    "in addition without a step": ((None, "Ann", None, (0, 8)), "needs a step"),
    "in addition at step 0": ((None, "Ann", 0, (0, 8)), "counted from 1"),
    "backwards": (("Ann", None, None, (8, 0)), "after the start"),
    "of no length": (("Ann", None, None, (8, 8)), "after the start"),
    "a mistyped year": (("Ann", None, None, (0, 24 * 400)), "longer than a year"),
    "by a disabled account": (("Ann", "Gone", None, (0, 8)), "disabled"),
}


@pytest.mark.parametrize(("asked", "said"), REFUSED.values(), ids=REFUSED)
def test_an_override_that_makes_no_sense_is_refused(
    database: Database, asked: tuple[str | None, str | None, int | None, tuple[int, int]], said: str
) -> None:
    absent, present, step, hours = asked
    with database.transaction() as session:
        _staff(session, "Gone").active = False
        people = [_staff(session, name) if name else None for name in (absent, present)]
        with pytest.raises(RosterError, match=said):
            add_override(session, absent=people[0], present=people[1], step_no=step, hours=_hours(*hours), by=None)
        assert _details(session) == []


def test_a_swap_is_two_overrides_that_come_and_go_together(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann", 1), _staff(session, "Bopha", 2)
        there, back = swap(session, first=ann, second=bopha, hours=_hours(0, 8), back=_hours(24, 32), by=None)
        assert session.get_one(RosterOverride, back).swap_of == there
        assert _standing(session, EIGHT) == {(1, "Bopha"), (2, "Bopha")}
        assert _standing(session, EIGHT + DAY) == {(1, "Ann"), (2, "Ann")}
        assert remove_override(session, back, by=None) == 2
        assert coming_overrides(session) == []
        assert _details(session) == [f"swap {there} {back}", f"override_removed {there} {back}"]


def test_two_who_swap_the_same_hours_stand_in_each_others_place(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann", 1), _staff(session, "Bopha", 2)
        swap(session, first=ann, second=bopha, hours=_hours(0, 8), back=_hours(0, 8), by=None)
        assert _standing(session, EIGHT) == {(1, "Bopha"), (2, "Ann")}


def test_a_swap_of_which_one_half_is_refused_leaves_nothing(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann", 1), _staff(session, "Bopha", 2)
        add_override(session, absent=bopha, present=None, step_no=None, hours=_hours(30, 40), by=None)
    with pytest.raises(RosterError, match="Bopha has override"), database.transaction() as session:
        swap(session, first=ann, second=bopha, hours=_hours(0, 8), back=_hours(24, 32), by=None)
    with database.transaction() as session:
        assert len(coming_overrides(session)) == 1


def test_who_has_nothing_to_give_cannot_swap(database: Database) -> None:
    with database.transaction() as session:
        ann, bopha = _staff(session, "Ann", 1), _staff(session, "Bopha")
        with pytest.raises(RosterError, match="Bopha is not on the roster"):
            swap(session, first=ann, second=bopha, hours=_hours(0, 8), back=_hours(24, 32), by=None)


def test_the_very_same_override_is_found_again(database: Database) -> None:
    with database.transaction() as session:
        ann = _staff(session, "Ann")
        made = add_override(session, absent=None, present=ann, step_no=2, hours=_hours(0, 8), by=None)
        assert find_override(session, absent=None, present=ann, step_no=2, hours=_hours(0, 8)) == made
        assert find_override(session, absent=None, present=ann, step_no=1, hours=_hours(0, 8)) is None
        assert find_override(session, absent=None, present=ann, step_no=2, hours=_hours(0, 9)) is None
        with pytest.raises(RosterError, match="no override number"):
            remove_override(session, made + 1, by=None)


def test_a_rotation_stands_is_listed_and_goes(database: Database) -> None:
    with database.transaction() as session:
        members = [_staff(session, "Ann"), _staff(session, "Bopha")]
        rule = replace(only_between(RULE, time(20), time(8)), turn_days=1, on_holidays=OnHolidays.OFF)
        made = add_rotation(session, " Night  watch ", rule, members, by=members[0])
        [line] = list_rotations(session)
        assert (line.name, line.members) == ("Night watch", ("Ann", "Bopha"))
        assert line.rule == replace(rule, rotation_id=made, members=tuple(staff.id for staff in members))
        assert load_roster(session).rotations == (line.rule,)
        assert _standing(session, datetime(2031, 11, 25, 13, tzinfo=UTC)) == {(1, "Bopha")}  # 20:00 in Bangkok
        remove_rotation(session, "Night watch", by=None)
        assert list_rotations(session) == []
        with pytest.raises(RosterError, match="no rotation"):
            remove_rotation(session, "Night watch", by=None)


def test_a_night_is_handed_over_where_it_begins() -> None:
    assert only_between(RULE, time(20), time(8)).hands_over_at == time(20)


BAD_RULES = {
    "step 0": ({"step_no": 0}, "counted from 1"),
    "no day": ({"turn_days": 0}, "1 to 366"),
    "too many days": ({"turn_days": 367}, "1 to 366"),
    "an eighth weekday": ({"weekdays": frozenset({8})}, "weekdays"),
    "half a window": ({"from_time": time(8)}, "a beginning and an end"),
    "over before it begins": ({"ends_on": RULE.starts_on}, "ends after"),
}


@pytest.mark.parametrize(("changes", "said"), BAD_RULES.values(), ids=BAD_RULES)
def test_a_rotation_that_makes_no_sense_is_refused(database: Database, changes: dict[str, object], said: str) -> None:
    with database.transaction() as session:
        rule = replace(RULE, **changes)  # type: ignore[arg-type]  # each case names fields of its own
        with pytest.raises(RosterError, match=said):
            add_rotation(session, "Nights", rule, [_staff(session, "Ann")], by=None)


def test_a_rotation_has_a_name_of_its_own_and_people_who_can_be_woken(database: Database) -> None:
    with database.transaction() as session:
        ann, gone = _staff(session, "Ann"), _staff(session, "Gone")
        gone.active = False
        add_rotation(session, "Nights", RULE, [ann], by=None)
        with pytest.raises(RosterError, match="named Nights already"):
            add_rotation(session, "Nights", RULE, [ann], by=None)
        with pytest.raises(RosterError, match="at least one person"):
            add_rotation(session, "Days", RULE, [], by=None)
        with pytest.raises(RosterError, match="Gone is disabled"):
            add_rotation(session, "Days", RULE, [ann, gone], by=None)
        with pytest.raises(RosterError, match="visible"):
            add_rotation(session, " ", RULE, [ann], by=None)
        assert len(list_rotations(session)) == 1


def test_a_holiday_is_named_anew_and_removed_once(database: Database) -> None:
    with database.transaction() as session:
        for name in ("Songkran", "Songkran, first day"):
            add_holiday(session, date(2032, 4, 13), name, by=None)
        [holiday] = list_holidays(session, date(2032, 4, 13))
        assert holiday.name == "Songkran, first day"
        assert load_roster(session).holidays == {date(2032, 4, 13)}
        remove_holiday(session, date(2032, 4, 13), by=None)
        with pytest.raises(RosterError, match="no holiday"):
            remove_holiday(session, date(2032, 4, 13), by=None)
        assert _details(session)[-1] == "holiday_removed 2032-04-13"


def test_languages_and_conflicts_replace_what_was_set(database: Database) -> None:
    with database.transaction() as session:
        ann = _staff(session, "Ann")
        set_reads(session, ann, ["th", "km", "th"], by=None)
        set_conflicts(session, ann, ["official"], by=None)
        session.flush()
        person = load_roster(session).people[ann.id]
        assert (person.reads, person.conflicts) == (frozenset({"en", "km", "th"}), frozenset({"official"}))
        set_reads(session, ann, [], by=None)
        session.flush()
        assert load_roster(session).people[ann.id].reads == {"en"}
