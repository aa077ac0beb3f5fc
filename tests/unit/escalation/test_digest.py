"""Whose place on the roster begins is told what is open, once; and it is known who is woken how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, text, update

from bot.database.tables import RosterEntry
from bot.escalation.digest import Review, review, shifts_begun, tell_whose_shift_began
from bot.escalation.drills import begin_drill
from bot.escalation.needs import Person
from bot.escalation.roster import Roster, Shift
from tests.unit.house import CRY, House


def _begins(house: House, staff_id: int, ago: timedelta) -> None:
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).where(RosterEntry.staff_id == staff_id).values(starts_at=func.now() - ago))


def _digests(house: House) -> list[str]:
    with house.database.transaction() as session:
        tell_whose_shift_began(session)
    house.send()
    return [each.text for each in house.staff_bot.sent if each.text.startswith("You are on call now")]


def test_rule_27_whose_shift_begins_is_told_numbers_once_and_no_test_alarm_is_counted(house: House) -> None:
    house.on_call("Dara")
    house.arrives(CRY)
    house.arrives(CRY, sender="+12025550177")
    with house.database.transaction() as session:
        begin_drill(session, house.settings)
    _begins(house, house.on_call("Vanna"), timedelta(minutes=3))
    told = ["You are on call now. Open cases: 2, urgent ones nobody has: 2. " + house.settings.console_url]
    assert _digests(house) == told
    assert _digests(house) == told


def test_a_shift_has_begun_at_the_same_minute_whenever_it_is_looked_at() -> None:
    eight = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    shift = Shift(staff_id=7, step_no=1, starts_at=eight, ends_at=None)
    roster = Roster(fixed=(shift,), people={7: Person(staff_id=7)})
    looked = {after: shifts_begun(eight + timedelta(seconds=after), roster) for after in (-1, 0, 59, 61, 899, 960)}
    assert looked == {
        -1: (),
        0: ((7, eight),),
        59: ((7, eight),),
        61: ((7, eight),),
        899: ((7, eight),),
        960: (),
    }


def test_a_shift_that_began_long_ago_or_has_not_begun_is_not_told(house: House) -> None:
    _begins(house, house.on_call("Dara"), timedelta(hours=1))
    _begins(house, house.on_call("Vanna"), -timedelta(minutes=1))
    assert _digests(house) == []


def test_who_only_goes_from_one_step_to_another_is_not_told(house: House) -> None:
    vanna = house.on_call("Vanna")
    with house.database.transaction() as session:
        session.execute(update(RosterEntry).values(ends_at=func.now() - timedelta(minutes=2)))
        session.add(RosterEntry(staff_id=vanna, step_no=2, starts_at=func.now() - timedelta(minutes=2)))
    assert _digests(house) == []


def test_whom_nothing_reaches_is_not_told_and_stops_nobody(house: House) -> None:
    vanna = house.on_call("Vanna")
    _begins(house, vanna, timedelta(minutes=1))
    with house.database.transaction() as session:
        session.execute(text("update staff_contact set verified_at = null"))
    _begins(house, house.on_call("Mali"), timedelta(minutes=1))
    assert len(_digests(house)) == 1


def test_the_review_counts_pages_nights_and_the_worst_night_by_local_time(house: House) -> None:
    house.on_call("Dara")
    house.on_call("Vanna", step=None)
    for sender in ("+12025550171", "+12025550172", "+12025550173"):
        house.arrives(CRY, sender=sender)
    house.send()
    times = {1: "2 days", 2: "2 days", 3: "1 day"}
    with house.database.transaction() as session:
        for page_id, ago in times.items():
            hour = "23:30" if page_id != 3 else "15:00"
            session.execute(
                text(
                    "update outbox set sent_at = ((now() at time zone :zone)::date - cast(:ago as interval)"
                    " + cast(:hour as time)) at time zone :zone where page_id = :page"
                ),
                {"zone": "Asia/Yangon", "ago": ago, "hour": hour, "page": page_id},
            )
        found = list(review(session, ZoneInfo("Asia/Yangon")))
    assert found == [
        Review(name="Dara", pages=3, at_night=2, nights=1, worst_night=2),
        Review(name="Vanna", pages=0, at_night=0, nights=0, worst_night=0),
    ]


def test_a_night_goes_past_midnight_and_what_is_older_than_thirty_days_is_over(house: House) -> None:
    house.on_call("Dara")
    for sender in ("+12025550171", "+12025550172", "+12025550173"):
        house.arrives(CRY, sender=sender)
    house.send()
    times = {1: "3 days' + time '23:00", 2: "2 days' + time '05:59", 3: "31 days' + time '23:00"}
    with house.database.transaction() as session:
        for page_id, at in times.items():
            session.execute(
                text(
                    "update outbox set sent_at = ((now() at time zone 'UTC')::date"
                    f" - interval '{at}') at time zone 'UTC' where page_id = {page_id}"
                )
            )
        found = list(review(session, ZoneInfo("UTC")))
    assert found == [Review(name="Dara", pages=2, at_night=2, nights=1, worst_night=2)]
