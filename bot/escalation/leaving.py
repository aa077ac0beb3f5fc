"""Somebody's account is disabled: what they hold is nobody's, and what waits for them waits for nobody."""

from __future__ import annotations

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bot.database.session import database_now, wake
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Page


def move_on_without(session: Session, staff_id: int) -> None:
    """Every alarm they hold, or for which they are paged at its step, is looked at now: the next sweep finds that the
    one lapsed (leases.py) and pages the next step of the other."""
    asked = (
        select(Page.id)
        .where(Page.alarm_id == Alarm.id, Page.staff_id == staff_id)
        .where(Page.step_no == Alarm.step_no, Page.loop_no == Alarm.loop_no)
    )
    held = and_(Alarm.state == AlarmState.ACKNOWLEDGED, Alarm.owner_id == staff_id)
    paged = and_(Alarm.state == AlarmState.PAGING, asked.exists())
    mine = select(Alarm).where(or_(held, paged)).order_by(Alarm.id).with_for_update(key_share=True)
    for alarm in session.scalars(mine.execution_options(populate_existing=True)):
        alarm.next_action_at = database_now(session)
    wake(session, "alarms")
