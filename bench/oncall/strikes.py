"""How each fault of a night strikes, on the world as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bench.oncall.faults import Fault
from bench.oncall.phones import Fate, HandedOver
from bench.oncall.world import World
from bot.conversation.intake import take_receipt
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report, RosterEntry, RosterOverride, Staff, StaffContact
from bot.errors import DatabaseDownError
from bot.escalation.alarms import OPEN_STATES
from bot.escalation.needs import Person
from bot.escalation.policy import Policy
from bot.escalation.policy_store import set_policy
from bot.escalation.roster import places
from bot.escalation.roster_store import load_roster
from bot.messages.message import Receipt, ReceiptState
from bot.worker.heartbeat import INTERVAL as CLOCK_INTERVAL

_FATES = {
    Fault.KILLED_BEFORE_SEND: Fate.KILL_BEFORE,
    Fault.KILLED_AFTER_SEND: Fate.KILL_AFTER,
    Fault.TOO_MANY_LONG: Fate.ASKS_LONG,
    Fault.TOO_MANY_SHORT: Fate.ASKS_SHORT,
    Fault.TAKEN_THEN_SILENT: Fate.SILENT,
    Fault.RECEIPT_FAILED: Fate.RECEIPT_FAILED,
    Fault.RECEIPTS_DISORDERED: Fate.RECEIPTS_DISORDERED,
    Fault.NEVER_RINGS: Fate.NEVER_RINGS,
}
_CLOCKS = {
    Fault.CLOCK_HOUR_FORWARD: timedelta(hours=1),
    Fault.CLOCK_DAY_FORWARD: timedelta(days=1),
    Fault.CLOCK_HOUR_BACK: timedelta(hours=-1),
    Fault.CLOCK_DAY_BACK: timedelta(days=-1),
}
_TIMES_EACH = 3
# In each zone the clocks change at this instant, forward and back; the hand-over falls into the hour in question.
CHANGES = {
    Fault.DST_FORWARD: {
        "Australia/Sydney": datetime.fromisoformat("2026-10-03T16:00:00+00:00"),
        "Europe/London": datetime.fromisoformat("2027-03-28T01:00:00+00:00"),
        "Europe/Zurich": datetime.fromisoformat("2027-03-28T01:00:00+00:00"),
    },
    Fault.DST_BACK: {
        "Australia/Sydney": datetime.fromisoformat("2027-04-03T16:00:00+00:00"),
        "Europe/London": datetime.fromisoformat("2026-10-25T01:00:00+00:00"),
        "Europe/Zurich": datetime.fromisoformat("2026-10-25T01:00:00+00:00"),
    },
}


class Strikes:
    """The faults of the world's plan, each at moments of its own while alarms are being raised."""

    def __init__(self, world: World) -> None:
        """Plan them; called when the night begins."""
        self._world = world
        for provider in world.providers:
            provider.tells_later = self._tell_later
        for fault in world.plan.faults:
            for _ in range(1 if fault.strikes_once else _TIMES_EACH):
                world.loop.call_later(world.chance.uniform(5, 0.9 * max(world.plan.raises_at)), self._strike, fault)

    def _strike(self, fault: Fault) -> None:
        if self._world.database.down and fault is not Fault.DATABASE_DOWN:
            self._world.loop.call_later(5, self._strike, fault)
            return
        if fault in _FATES:
            telegram, sms = self._world.providers
            (telegram if self._world.chance.random() < 0.8 else sms).fates.append(_FATES[fault])
            return  # counted where a message meets it
        if fault in _CLOCKS:
            self._world.clock.set_off_by += _CLOCKS[fault]
            self._world.unguarded_until = self._world.seconds + 2 * CLOCK_INTERVAL.total_seconds()
            self._world.disturb(5)
        else:
            strike: Callable[[], None] = getattr(self, "_" + fault.name.lower())
            strike()
        self._world.night.struck[fault.value] += 1

    def _for(self, seconds: float, begin: Callable[[], None], end: Callable[[], None]) -> None:
        begin()
        self._world.disturb(seconds)
        self._world.loop.call_later(seconds, end)

    def _set(self, target: object, name: str, value: object, after: object, seconds: float) -> None:
        self._for(seconds, lambda: setattr(target, name, value), lambda: setattr(target, name, after))

    def _write(self, work: Callable[[Session], object]) -> None:
        try:
            with self._world.database.transaction() as session:
                work(session)
        except DatabaseDownError:
            self._world.loop.call_later(1, self._write, work)

    def _killed_anywhere(self) -> None:
        self._world.kill(self._world.chance.choice(self._world.processes))

    def _all_workers_dead(self) -> None:
        for process in self._world.processes:
            self._world.kill(process, 30)

    def _database_down(self) -> None:
        self._set(self._world.database, "down", True, False, self._world.chance.uniform(5, 20))

    def _database_slow(self) -> None:
        self._set(self._world.database, "slow_by", 1.5, 0.0, 20)

    def _commit_lost(self) -> None:
        self._world.database.lose_commits += 1
        self._world.disturb(5)

    def _server_errors(self) -> None:
        self._set(self._world.chance.choice(self._world.providers), "broken", True, False, 45)

    def _slow_provider(self) -> None:
        self._set(self._world.chance.choice(self._world.providers), "slow_by", 3.0, 0.0, 40)

    def _notify_lost(self) -> None:
        self._set(self._world.bell, "deaf", True, False, 60)

    def _tell_later(self, page: HandedOver, fate: Fate) -> None:
        told = {
            Fate.RECEIPT_FAILED: (ReceiptState.ACCEPTED, ReceiptState.FAILED),
            Fate.RECEIPTS_DISORDERED: (ReceiptState.DELIVERED, ReceiptState.SENT, ReceiptState.DELIVERED),
        }[fate]
        for nth, state in enumerate(told):
            receipt = Receipt(channel=page.channel, provider_id=page.provider_id, state=state)
            self._world.loop.call_later(20 + nth, self._write, self._receipt(receipt))

    def _receipt(self, receipt: Receipt) -> Callable[[Session], object]:
        return lambda session: take_receipt(
            session, receipt, keys=self._world.composer.keys, settings=self._world.composer.settings
        )

    def _duplicate_tap(self) -> None:
        self._set(self._world.people, "posts_each", 3, 1, 40)

    def _taps_disordered(self) -> None:
        self._world.people.answers_first += 1

    def _two_ackers(self) -> None:
        self._world.people.also_taps += 1

    def _wrong_code(self) -> None:
        self._world.people.guesses += 1

    def _a_closed_number(self) -> int | None:
        """Of a case that is over in every epoch: a tap on the newest page of one that came up again would be right."""
        with self._world.database.transaction() as session:
            open_again = select(Alarm.report_id).where(Alarm.state.in_(OPEN_STATES))
            closed = select(Report.number).join(Alarm).where(Alarm.state == AlarmState.CLOSED)
            return session.scalar(closed.where(Report.id.not_in(open_again)).order_by(func.random()).limit(1))

    def _tap_old(self, number: int) -> None:
        contact_id, code = self._world.people.last_code[number]
        told = self._world.people.post(contact_id, f"ACK {number} {code}")
        if told not in (None, "page_is_over", "already_taken", "code_not_valid"):
            self._world.night.broken.append(f"{number}: a tap on a page that was over was answered with {told}")

    def _tap_after_close(self) -> None:
        number = self._a_closed_number()
        if number is not None and number in self._world.people.last_code:
            self._tap_old(number)

    def _old_epoch_tap(self) -> None:
        number = self._a_closed_number()
        if number is not None and number in self._world.people.last_code:
            self._world.raise_alarm(number)
            self._tap_old(number)

    def _blocked(self) -> None:
        name = self._world.chance.choice(["Ana", "Bo", "Chai"])
        self._world.providers[0].blocked.add(f"telegram_staff of {name}")

    def _left(self) -> None:
        name = self._world.chance.choice(["Bo", "Dara"])
        self._write(lambda session: session.execute(update(Staff).where(Staff.name == name).values(active=False)))

    def _policy_changed(self) -> None:
        short = Policy(wait=timedelta(seconds=30), lease=timedelta(minutes=5), loops=2)
        self._write(lambda session: set_policy(session, short, staff_id=None))

    def _roster_emptied(self) -> None:
        def ends(session: Session) -> None:
            session.execute(delete(RosterEntry))

        def begins(session: Session) -> None:
            session.execute(delete(RosterEntry))
            for step, name in enumerate(("Ana", "Chai", "Eng"), start=1):
                staff_id = session.scalars(select(Staff.id).where(Staff.name == name)).one()
                session.add(RosterEntry(staff_id=staff_id, step_no=step))

        self._note_nobody(120)
        self._for(120, lambda: self._write(ends), lambda: self._write(begins))

    def _nobody_reachable(self) -> None:
        def breaks(session: Session) -> None:
            session.execute(update(StaffContact).values(broken_at=func.now(), broken_reason="test"))

        def mends(session: Session) -> None:
            session.execute(update(StaffContact).values(broken_at=None, broken_reason=None))

        self._for(60, lambda: self._write(breaks), lambda: self._write(mends))

    def _note_nobody(self, seconds: float) -> None:
        self._world.night.nobody_from_to.append((self._world.seconds, self._world.seconds + seconds))

    def _override(self, absent: str, present: str | None) -> None:
        now = self._world.clock.now()

        def write(session: Session) -> None:
            ids = dict(session.execute(select(Staff.name, Staff.id)).all())
            during = Range(now, now + timedelta(minutes=3))
            session.add(
                RosterOverride(absent_id=ids[absent], present_id=ids[present] if present else None, during=during)
            )

        self._write(write)

    def _away(self) -> None:
        try:
            self._override("Ana", None)
            self._override("Bo", None)
        except IntegrityError:
            return  # they are away already
        self._note_nobody(180)

    def _stand_in(self) -> None:
        try:
            self._override("Chai", "Fon")
        except IntegrityError:
            return  # somebody stands in already

    def _overlapping_overrides(self) -> None:
        try:
            self._override("Eng", "Fon")
            self._override("Eng", "Dara")
        except IntegrityError:
            return
        self._world.night.broken.append("two overrides for one person at one time were both taken")

    def _storm(self) -> None:
        """It stands in the plan: when the alarms are raised."""

    def _dst_forward(self) -> None:
        self._nobody_in_the_gap()

    def _dst_back(self) -> None:
        self._nobody_in_the_gap()

    def _nobody_in_the_gap(self) -> None:
        """For three hours around it, in every minute, one person of the rotation stands there, whoever is away."""
        zone = self._world.plan.zone
        assert zone is not None
        with self._world.database.transaction() as session:
            roster = load_roster(session)
            everybody = {staff_id: Person(staff_id=staff_id) for staff_id in session.scalars(select(Staff.id))}
        alone = replace(roster, fixed=(), overrides=(), people=everybody)
        now = self._world.clock.now()
        minutes = [now + timedelta(minutes=minute) for minute in range(-30, 180)]
        wrong = [at for at in minutes if len(places(at, alone)) != 1]
        if wrong:
            self._world.night.broken.append(f"not one on call in {len(wrong)} minutes from {wrong[0]} in {zone}")
        self._world.night.struck[f"{zone}: clocks change"] += 1
