"""What follows when a page left, or never will."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.states import AlarmState
from bot.database.tables import Alarm, OutboxMessage, Page
from bot.escalation.calling import call_again_now
from bot.escalation.handing_over import hand_over_undeliverable
from bot.escalation.page_writing import may_still_be_seen
from bot.escalation.page_writing import write_page as write_page
from bot.escalation.policy import LAST_RESORT_STEP, NOBODY_PAUSE
from bot.escalation.policy_store import policy_of
from bot.escalation.roster import OnCall
from bot.escalation.stepping import advance
from bot.escalation.taken_notices import tell_that_it_was_taken
from bot.escalation.team import team_for
from bot.escalation.wishes import lock_alarm
from bot.reports.urgency import Urgency
from bot.settings import Settings


def pages_left(session: Session, page_ids: Collection[int]) -> None:
    """A provider took these pages: note the first one of each alarm. Whom one reached while somebody else took the
    alarm is told so. The alarms are locked in order, because two telephones are often told of the same ones at once."""
    for page in session.scalars(select(Page).where(Page.id.in_(page_ids)).order_by(Page.alarm_id, Page.id)).all():
        # Locked: whoever takes the alarm right now either sees this page on its phone, or is seen from here.
        alarm = lock_alarm(session, page.alarm_id)
        if alarm.first_paged_at is None:
            alarm.first_paged_at = func.now()
            session.flush()
        if alarm.state is AlarmState.ACKNOWLEDGED and page.call_id is None and page.hand_over_id is None:
            tell_that_it_was_taken(session, alarm, page_id=page.id)


def page_undeliverable(session: Session, page_id: int, settings: Settings) -> None:
    """A page will never arrive. In this transaction: that person's next way; if there is none and nobody else of this
    step can still be reached, whoever of it was left asleep for the language's sake; and else the next step."""
    page = session.scalars(select(Page).where(Page.id == page_id)).one()
    alarm = lock_alarm(session, page.alarm_id)
    if page.call_id is not None:
        call_again_now(session, page.call_id, alarm, settings)
    elif page.hand_over_id is not None:
        hand_over_undeliverable(session, page, alarm)
    elif _is_of_the_step_at_hand(page, alarm):
        _go_another_way(session, page, alarm, settings)


def page_struggles(session: Session, page_id: int, settings: Settings) -> None:
    """A page did not leave so far, and is tried on. In this transaction, beside it: the same that happens when it will
    never leave, so that nobody waits for a provider to come back; but not where only the same ways are left. Who was
    asked by name is asked on the same way."""
    page = session.scalars(select(Page).where(Page.id == page_id)).one()
    alarm = lock_alarm(session, page.alarm_id)
    of_a_step = page.call_id is None and page.hand_over_id is None and _is_of_the_step_at_hand(page, alarm)
    if of_a_step and _somebody_is_untried(session, alarm):
        _go_another_way(session, page, alarm, settings)


def _somebody_is_untried(session: Session, alarm: Alarm) -> bool:
    tried, team = (
        set(session.scalars(select(Page.contact_id).where(Page.alarm_id == alarm.id))),
        team_for(session, alarm),
    )
    return any(way.contact_id not in tried and team.may_take(way.staff_id) for way in team.ways)


def _is_of_the_step_at_hand(page: Page, alarm: Alarm) -> bool:
    at_hand = (alarm.epoch, alarm.step_no, alarm.loop_no)
    return alarm.state is AlarmState.PAGING and at_hand == (page.epoch, page.step_no, page.loop_no)


def _go_another_way(session: Session, page: Page, alarm: Alarm, settings: Settings) -> None:
    here = select(Page).where(Page.alarm_id == alarm.id, Page.step_no == page.step_no, Page.loop_no == page.loop_no)
    pages, team = session.scalars(here).all(), team_for(session, alarm)
    way = team.next_way(page.staff_id, {each.contact_id for each in pages})
    if way is not None:
        write_page(session, alarm, OnCall(staff_id=page.staff_id, step_no=page.step_no, way=way))
    elif _somebody_may_still_see_it(session, pages):
        return
    elif asleep := team.left_asleep(page.step_no, {each.staff_id for each in pages}):
        _wake_all(session, alarm, asleep, settings)
    elif alarm.step_no >= LAST_RESORT_STEP:
        # There is no next step: going there at once, again and again, would only spin.
        alarm.next_action_at = database_now(session) + NOBODY_PAUSE
    else:
        advance(session, alarm, settings)


def _wake_all(session: Session, alarm: Alarm, people: tuple[OnCall, ...], settings: Settings) -> None:
    for person in people:
        write_page(session, alarm, person)
    wait = policy_of(session, alarm, settings).wait_of(Urgency(alarm.urgency))
    alarm.next_action_at = database_now(session) + wait


def _somebody_may_still_see_it(session: Session, pages: Sequence[Page]) -> bool:
    alive = select(OutboxMessage.id).where(OutboxMessage.page_id.in_([each.id for each in pages]), may_still_be_seen())
    return session.scalar(alive.limit(1)) is not None
