"""Supervisors are told once a day of the times when nobody can be reached, until it is mended."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.conversation.page_words import TEMPLATES, fill
from bot.conversation.wording import Wording
from bot.database.session import Database
from bot.database.states import Author, StaffRole
from bot.database.tables import OutboxMessage, RosterEntry, Staff, StaffContact
from bot.deployment import DEMO_DEPLOYMENT, Deployment, OfferedLanguage
from bot.escalation.roster_changes import Hours, add_override
from bot.worker.roster_forecast import RosterForecast, tell_gaps


def _deployment(*, local_hour: int, languages: tuple[OfferedLanguage, ...] = (OfferedLanguage.ENGLISH,)) -> Deployment:
    """One where it is that hour now: the clock is the database's, so the place moves instead of the time."""
    ahead = (local_hour - datetime.now(UTC).hour) % 24
    zone = f"Etc/GMT-{ahead}" if ahead <= 14 else f"Etc/GMT+{24 - ahead}"
    changes = {"time_zone": zone, "languages": languages, "default_language": languages[0]}
    return DEMO_DEPLOYMENT.model_copy(update=changes)


DAY = _deployment(local_hour=12)
NIGHT = _deployment(local_hour=2)


def _add(database: Database, name: str, role: StaffRole, *, reached: bool = True) -> int:
    with database.transaction() as session:
        staff = Staff(name=name, role=role)
        session.add(staff)
        session.flush()
        if reached:
            session.add(
                StaffContact(staff_id=staff.id, channel="sms", address_sealed=b"x", verified_at=datetime.now(UTC))
            )
        return staff.id


def _always_on_call(database: Database, staff_id: int) -> None:
    with database.transaction() as session:
        session.add(RosterEntry(staff_id=staff_id, step_no=1, starts_at=None, ends_at=None))


def _away(database: Database, staff_id: int, begins: timedelta, ends: timedelta) -> None:
    with database.transaction() as session:
        now = datetime.now(UTC)
        hours = Hours(starts_at=now + begins, ends_at=now + ends)
        add_override(session, absent=session.get_one(Staff, staff_id), present=None, step_no=None, hours=hours, by=None)


def _tell(database: Database, deployment: Deployment = DAY) -> int:
    with database.transaction() as session:
        return tell_gaps(session, deployment)


def _told(database: Database) -> list[OutboxMessage]:
    with database.transaction() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_every_supervisor_is_told_once_a_day_and_nobody_else(database: Database) -> None:
    supervisors = [_add(database, name, StaffRole.SUPERVISOR) for name in ("Sok", "Mali")]
    _add(database, "Noor", StaffRole.RESPONDER)
    assert [_tell(database), _tell(database)] == [2, 0]
    rows = _told(database)
    today = datetime.now(ZoneInfo(DAY.time_zone or "")).date()
    assert [row.key for row in rows] == [f"forecast:{today}:{staff_id}" for staff_id in supervisors]
    assert {(row.template, row.author, row.audience) for row in rows} == {("roster_nobody", Author.SYSTEM, "responder")}


def test_nothing_is_told_once_it_is_mended(database: Database) -> None:
    _always_on_call(database, _add(database, "Sok", StaffRole.SUPERVISOR))
    assert _tell(database) == 0
    assert _told(database) == []


def test_the_message_has_numbers_and_times_and_nobodys_name(database: Database, wording: Wording) -> None:
    sok = _add(database, "Sok", StaffRole.SUPERVISOR)
    _always_on_call(database, sok)
    for day in (3, 5):
        _away(database, sok, timedelta(days=day), timedelta(days=day, hours=6))
    assert _tell(database) == 1
    [row] = _told(database)
    assert set(row.arguments or {}) == {"days", "count", "begins", "ends", "languages"}
    assert ((row.arguments or {})["days"], (row.arguments or {})["count"]) == (14, 2)
    for language in ("en", "th", "km", "vi", "my"):
        text = fill(wording.catalogues, language, TEMPLATES["roster_nobody"], row.arguments or {})
        assert "{" not in text
        assert str((row.arguments or {})["begins"]) in text
        assert "Sok" not in text


def test_a_language_nobody_reads_is_told_apart(database: Database) -> None:
    _always_on_call(database, _add(database, "Sok", StaffRole.SUPERVISOR))
    offered = (OfferedLanguage.ENGLISH, OfferedLanguage.KHMER)
    assert _tell(database, _deployment(local_hour=12, languages=offered)) == 1
    [row] = _told(database)
    assert row.template == "roster_unread"
    assert (row.arguments or {})["languages"] == "ខ្មែរ"
    assert row.key.endswith(":languages")


@pytest.mark.parametrize(
    ("begins", "told"), [(timedelta(hours=2), 1), (timedelta(hours=12), 0)], ids=["before the morning", "after it"]
)
def test_at_night_only_what_comes_before_the_morning_is_told(database: Database, begins: timedelta, told: int) -> None:
    sok = _add(database, "Sok", StaffRole.SUPERVISOR)
    _always_on_call(database, sok)
    _away(database, sok, begins, begins + timedelta(hours=6))
    assert _tell(database, NIGHT) == told


def test_where_no_supervisor_can_be_reached_whoever_can_is_told(database: Database) -> None:
    _add(database, "Sok", StaffRole.SUPERVISOR, reached=False)
    noor = _add(database, "Noor", StaffRole.RESPONDER)
    assert _tell(database) == 1
    assert _told(database)[0].key.endswith(f":{noor}")


def test_a_tick_tells_and_one_without_a_database_is_for_the_next(database: Database) -> None:
    _add(database, "Sok", StaffRole.SUPERVISOR)
    asyncio.run(RosterForecast(database, DAY).tell())
    assert len(_told(database)) == 1
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    asyncio.run(RosterForecast(away, DAY).tell())
    away.dispose()
