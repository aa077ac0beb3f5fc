"""Rotations, overrides, languages and conflicts, as the engine meets them: rows, sweeps, pages."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.database.states import StaffRole
from bot.database.tables import Staff, StaffContact
from bot.deployment import OfferedLanguage
from bot.escalation.roster_changes import Hours, add_override, set_conflicts
from bot.escalation.rotation_changes import add_rotation, usual_rule
from bot.worker.roster_forecast import RosterForecast
from tests.unit.escalation.seen import STEP, paged
from tests.unit.house import CRY, House

AROUND = Hours(starts_at=datetime.now(UTC) - timedelta(days=1), ends_at=datetime.now(UTC) + timedelta(days=9))


def _stands_in(house: House, absent: int, present: int | None) -> None:
    with house.database.transaction() as session:
        add_override(
            session,
            absent=session.get_one(Staff, absent),
            present=session.get_one(Staff, present) if present is not None else None,
            step_no=None,
            hours=AROUND,
            by=None,
        )


def test_a_rotation_is_paged(house: House) -> None:
    dara, vanna = house.on_call("Dara", step=None), house.on_call("Vanna", step=None)
    with house.database.transaction() as session:
        first = usual_rule(1, ZoneInfo("Asia/Bangkok"), (AROUND.starts_at - timedelta(days=2)).date())
        add_rotation(session, "Weeks", first, [session.get_one(Staff, dara), session.get_one(Staff, vanna)], by=None)
    house.arrives(CRY)
    assert paged(house) == [dara]


def test_rule_11_an_override_made_after_the_alarm_was_raised_holds_at_its_next_step(house: House) -> None:
    dara, vanna, mali = house.on_call("Dara"), house.on_call("Vanna", step=2), house.on_call("Mali", step=None)
    house.arrives(CRY)
    _stands_in(house, vanna, mali)
    house.pass_time(STEP)
    house.sweep()
    assert paged(house) == [dara, mali]


def test_rule_13_a_stand_in_whom_nothing_reaches_is_nobody_and_the_next_step_comes_at_once(house: House) -> None:
    dara, vanna, mali = house.on_call("Dara"), house.on_call("Vanna", step=2), house.on_call("Mali", step=None)
    with house.database.transaction() as session:
        session.scalars(select(StaffContact).where(StaffContact.staff_id == mali)).one().broken_at = datetime.now(UTC)
    _stands_in(house, dara, mali)
    house.arrives(CRY)
    assert paged(house) == [vanna]


def test_rule_13_who_is_away_is_not_paged_but_as_the_last_resort(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=2)
    _stands_in(house, dara, None)
    house.arrives(CRY)
    assert paged(house) == [vanna]


def test_who_may_not_take_a_case_is_not_woken_for_it_not_even_as_the_last_resort(house: House) -> None:
    dara, vanna = house.on_call("Dara"), house.on_call("Vanna", step=None)
    house.arrives("hello")
    with house.database.transaction() as session:
        set_conflicts(session, session.get_one(Staff, dara), ["confined", "weapon"], by=None)
    house.arrives(CRY)
    assert house.alarm().reason in ("confined", "weapon")
    assert paged(house) == [vanna]


def test_a_forecast_leaves_in_the_language_of_the_supervisor(house: House) -> None:
    sok = house.on_call("Sok", step=None)
    with house.database.transaction() as session:
        staff = session.get_one(Staff, sok)
        staff.role, staff.language = StaffRole.SUPERVISOR, "th"
    one = house.wording.deployment.model_copy(update={"languages": (OfferedLanguage.THAI,)})
    asyncio.run(RosterForecast(house.database, one).tell())
    house.send()
    [told] = [message.text for message in house.staff_bot.sent]
    assert told.startswith("ตารางเวร 14 วันข้างหน้า: มี 1 ช่วง")
    assert "{" not in told
