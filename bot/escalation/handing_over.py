"""The owner of an alarm asks a colleague to take it. It stays theirs until the colleague accepts; a "no", or nothing in
five minutes, is told to the owner (rule 27)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.schema_gate import schema_is_ours
from bot.database.session import database_now
from bot.database.states import AlarmState, HandOverState
from bot.database.tables import Alarm, AuditEntry, HandOver, Page
from bot.escalation.calling import answer_calls
from bot.escalation.guarding import Guard, no_guard
from bot.escalation.history import EventKind, note
from bot.escalation.leases import begin_lease
from bot.escalation.page_writing import cancel_pages, write_page_by_name
from bot.escalation.team import team_for
from bot.escalation.telling import number_of, tell_person
from bot.settings import Settings

ANSWER_WITHIN = timedelta(minutes=5)
_HAND_OVER_LIMIT = 100


class HandOverAsked(StrEnum):
    """What became of the wish to hand over."""

    ASKED = "hand_over_asked"  # the colleague is asked; the case stays where it is until they accept
    NOT_YOURS = "not_yours"  # whoever asked does not hold the alarm
    UNREACHABLE = "cannot_be_reached"  # no working way to them
    BARRED = "may_not_take"  # the case is of a kind they may not take


def ask_to_take_over(session: Session, alarm: Alarm, *, from_id: int, to_id: int) -> HandOverAsked:
    """Ask this colleague, instead of whoever was asked before. `alarm` is locked by the caller."""
    if alarm.state is not AlarmState.ACKNOWLEDGED or alarm.owner_id != from_id or to_id == from_id:
        return HandOverAsked.NOT_YOURS
    team = team_for(session, alarm)
    if not team.may_take(to_id):
        return HandOverAsked.BARRED
    reachable = team.by_name([to_id])
    if not reachable:
        return HandOverAsked.UNREACHABLE
    end_hand_overs(session, alarm)
    asked = HandOver(alarm_id=alarm.id, epoch=alarm.epoch, from_id=from_id, to_id=to_id, state=HandOverState.ASKED)
    session.add(asked)
    session.flush()
    note(session, alarm, EventKind.HAND_OVER_ASKED, staff_id=to_id, by=from_id)
    session.add(AuditEntry(staff_id=from_id, action="hand_over_asked", report_id=alarm.report_id))
    write_page_by_name(session, alarm, reachable[0].way, hand_over_id=asked.id)
    return HandOverAsked.ASKED


def accept(session: Session, alarm: Alarm, hand_over_id: int, settings: Settings) -> bool:
    """It is the colleague's now, with a lease of their own. False when nobody asks them any more: it went another way,
    or their time was over. `alarm` is locked by the caller."""
    asked = _open(session, alarm, hand_over_id)
    if asked is None or alarm.state is not AlarmState.ACKNOWLEDGED or alarm.owner_id != asked.from_id:
        return False
    alarm.owner_id, alarm.acknowledged_at = asked.to_id, database_now(session)
    begin_lease(session, alarm, settings)
    _answered(session, asked, HandOverState.ACCEPTED)
    note(session, alarm, EventKind.HANDED_OVER, staff_id=asked.to_id, by=asked.from_id)
    session.add(AuditEntry(staff_id=asked.to_id, action="took_over_alarm", report_id=alarm.report_id))
    answer_calls(session, alarm, staff_id=asked.to_id)
    _tell_owner(session, asked, alarm, "handed_over")
    return True


def decline(session: Session, alarm: Alarm, hand_over_id: int) -> bool:
    """It stays where it is, and the owner is told. False when nobody asks them any more."""
    asked = _open(session, alarm, hand_over_id)
    if asked is None:
        return False
    _answered(session, asked, HandOverState.DECLINED)
    note(session, alarm, EventKind.HAND_OVER_DECLINED, staff_id=asked.to_id)
    session.add(AuditEntry(staff_id=asked.to_id, action="hand_over_declined", report_id=alarm.report_id))
    _tell_owner(session, asked, alarm, "hand_over_declined")
    return True


def sweep_hand_overs(session: Session, guard: Guard = no_guard) -> int:
    """Every request that nobody answered in time ends, and its owner is told. How many could be."""
    ended = 0
    due = session.execute(
        select(HandOver, Alarm)
        .join(Alarm, Alarm.id == HandOver.alarm_id)
        .where(HandOver.state == HandOverState.ASKED, HandOver.asked_at <= func.now() - ANSWER_WITHIN)
        .where(schema_is_ours())
        .order_by(HandOver.asked_at)
        .limit(_HAND_OVER_LIMIT)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    for asked, alarm in due:
        with guard(session, asked):
            _unanswered(session, asked, alarm)
            ended += 1
    return ended


def hand_over_undeliverable(session: Session, page: Page, alarm: Alarm) -> None:
    """The request will never arrive this way: the next one, and if there is none, the owner is told at once. `alarm` is
    locked by the caller."""
    assert page.hand_over_id is not None
    asked = _open(session, alarm, page.hand_over_id)
    if asked is None:
        return
    tried = set(session.scalars(select(Page.contact_id).where(Page.hand_over_id == asked.id)))
    way = team_for(session, alarm).next_way(asked.to_id, tried)
    if way is None:
        _unanswered(session, asked, alarm)
    else:
        write_page_by_name(session, alarm, way, hand_over_id=asked.id)


def end_hand_overs(session: Session, alarm: Alarm) -> None:
    """The alarm went another way, or is over: nobody is asked any more."""
    open_ones = select(HandOver).where(HandOver.alarm_id == alarm.id, HandOver.state == HandOverState.ASKED)
    for asked in session.scalars(open_ones.with_for_update()).all():
        _answered(session, asked, HandOverState.ENDED)


def _open(session: Session, alarm: Alarm, hand_over_id: int) -> HandOver | None:
    return session.scalar(
        select(HandOver)
        .where(HandOver.id == hand_over_id, HandOver.alarm_id == alarm.id, HandOver.state == HandOverState.ASKED)
        .with_for_update()
    )


def _answered(session: Session, asked: HandOver, state: HandOverState) -> None:
    asked.state, asked.answered_at = state, database_now(session)
    session.flush()
    cancel_pages(session, Page.hand_over_id == asked.id)


def _unanswered(session: Session, asked: HandOver, alarm: Alarm) -> None:
    _answered(session, asked, HandOverState.ENDED)
    note(session, alarm, EventKind.HAND_OVER_UNANSWERED, staff_id=asked.to_id)
    _tell_owner(session, asked, alarm, "hand_over_unanswered")


def _tell_owner(session: Session, asked: HandOver, alarm: Alarm, template: str) -> None:
    tell_person(
        session,
        asked.from_id,
        key=f"hand-over:{asked.id}:{template}",
        template=template,
        number=number_of(session, alarm),
        staff_id=asked.to_id,
    )
