"""Any order of events that Hypothesis can think of: alarms, sweeps, sends, faults, taps, time, the roster, the clock.
After every one of them no urgent alarm may be without a future action or a human owner."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bench.oncall.invariants import broken_promises, stuck_pages
from bench.oncall.phones import Fate
from bench.oncall.populating import TEAM, put_people_on_call, write_reports
from bench.oncall.simulation import Simulator, simulator
from bench.oncall.world import World, WorldPlan
from bot.database.states import AlarmState
from bot.database.tables import Alarm, Report, RosterEntry, Staff, StaffContact
from bot.escalation.alarms import raise_alarm, stand_down, wait_for_danger_answer
from bot.escalation.policy import Policy
from bot.escalation.policy_store import set_policy
from bot.escalation.sweeping import sweep
from bot.messages.holding import HoldRules
from bot.messages.message import Audience
from bot.messages.outbox_claims import claim, recover_expired_leases
from bot.reports.urgency import Urgency
from bot.worker.outbox_loop import OutboxWorker

_CASES = 3
_STEPS_EACH = 50
_NO_KILLS = [fate for fate in Fate if not fate.value.startswith("kill")]
cases = st.integers(0, _CASES - 1)
names = st.sampled_from(sorted(TEAM))


class OnCallMachine(RuleBasedStateMachine):
    """A subclass gives the `simulated` database and words; `steps` counts what was done."""

    simulated: ClassVar[Simulator]
    steps: ClassVar[int] = 0
    taken: ClassVar[int] = 0

    @initialize()
    def begins(self) -> None:
        """Six people, three cases."""
        plan = WorldPlan(seed=1, raises_at=())
        self.world = World(plan, self.simulated.database, self.simulated.composer, self.simulated.loop)
        self.world.database.empty()
        self.world.people.contacts = put_people_on_call(self.world)
        for provider in self.world.providers:
            provider.rings = self._remember
        self.numbers = write_reports(self.world.database, _CASES)
        self.codes: dict[int, list[tuple[int, str]]] = {number: [] for number in self.numbers}

    def _remember(self, page: object) -> None:
        for number, code in getattr(page, "codes", ()):
            self.codes[number].append((self.world.people.contacts[getattr(page, "address", "")], code))

    def _write(self, work: Callable[[Session], object]) -> None:
        with self.world.database.transaction() as session:
            work(session)

    def _of_case(self, case: int, work: Callable[[Session, Report], object]) -> None:
        number = self.numbers[case]
        self._write(lambda session: work(session, session.scalars(select(Report).where(Report.number == number)).one()))

    @rule(case=cases, critical=st.booleans(), anew=st.booleans())
    def an_urgent_word(self, case: int, critical: bool, anew: bool) -> None:
        """The reporter writes something urgent."""
        urgency = Urgency.CRITICAL if critical else Urgency.URGENT
        settings_ = self.simulated.composer.settings
        self._of_case(case, lambda session, report: raise_alarm(session, report, urgency, "x", settings_, anew=anew))

    @rule(case=cases)
    def is_paged(self, case: int) -> None:
        """And a phone rings: without this, few stories come as far."""
        self.an_urgent_word(case, True, False)
        self.pages_leave([], None)

    @rule(case=cases)
    def is_taken(self, case: int) -> None:
        """And whoever was paged last takes it; what comes then is an owner's story."""
        self.is_paged(case)
        for contact_id, code in self.codes[self.numbers[case]][-1:]:
            told = self.world.people.post(contact_id, f"ACK {self.numbers[case]} {code}")
            type(self).taken += told == "taken_by_you"

    @rule(case=cases)
    def nobody_can_read_it(self, case: int) -> None:
        """The danger question is asked."""
        settings_ = self.simulated.composer.settings
        self._of_case(case, lambda session, report: wait_for_danger_answer(session, report, settings_))

    @rule(case=cases)
    def no_danger(self, case: int) -> None:
        """It is answered with no."""
        self._of_case(case, stand_down)

    @rule(case=cases)
    def is_closed(self, case: int) -> None:
        """A named human ends it."""
        self.world.close(self.numbers[case])

    @rule(seconds=st.sampled_from([0.5, 5, 16, 31, 61, 301, 601, 7200]))
    def time_passes(self, seconds: float) -> None:
        """And the sweepers are alive: whatever comes due is moved, one step each time."""
        self.simulated.loop.run_until_complete(asyncio.sleep(seconds))
        self.sweeps()

    @rule()
    def sweeps(self) -> None:
        """Until nothing is due."""
        while True:
            with self.world.database.transaction() as session:
                if sweep(session, self.simulated.composer.settings) == 0:
                    return

    @rule(fates=st.lists(st.sampled_from(_NO_KILLS), max_size=2), blocked=st.none() | names)
    def pages_leave(self, fates: list[Fate], blocked: str | None) -> None:
        """Whatever is due is sent, as its fate is."""
        provider = self.world.providers[0]
        provider.fates.extend(fates)
        if blocked is not None:
            provider.blocked.add(f"{provider.name} of {blocked}")
        channels = {each.name: each for each in self.world.providers}
        worker = OutboxWorker(self.world.database, channels, self.simulated.composer, Audience.RESPONDER)  # type: ignore[arg-type]
        while self.simulated.loop.run_until_complete(worker.work()):
            pass
        self.sweeps()

    @rule(recovers=st.booleans())
    def a_sender_dies(self, recovers: bool) -> None:
        """After its claim; its lease runs out, and another one finds that."""
        lease, rules = self.simulated.composer.settings.lease, HoldRules.of(self.simulated.composer.settings)
        self._write(lambda session: claim(session, Audience.RESPONDER, lease=lease, rules=rules))
        if recovers:
            self.time_passes(lease.total_seconds() + 1)
            self._write(lambda session: recover_expired_leases(session, harmless_repeats=()))

    @rule(which=st.integers(0, 9), wrong=st.sampled_from([False, False, True]))
    def somebody_taps(self, which: int, wrong: bool) -> None:
        """On any page that ever rang, of any epoch, the last ones first; or mistypes its code."""
        known = [(number, *each) for number, rung in self.codes.items() for each in reversed(rung)]
        if known:
            number, contact_id, code = known[which % len(known)]
            told = self.world.people.post(contact_id, f"ACK {number} {'2222' if wrong else code}")
            type(self).taken += told == "taken_by_you"

    @rule(name=names, active=st.booleans())
    def an_account(self, name: str, active: bool) -> None:
        """Is closed, or opened again."""
        self._write(lambda session: session.execute(update(Staff).where(Staff.name == name).values(active=active)))

    @rule(name=names)
    def off_the_roster(self, name: str) -> None:
        """Somebody stands nowhere any more."""
        wanted = select(Staff.id).where(Staff.name == name).scalar_subquery()
        self._write(lambda session: session.execute(delete(RosterEntry).where(RosterEntry.staff_id == wanted)))

    @rule()
    def contacts_work_again(self) -> None:
        """Everybody is verified anew."""
        self.world.providers[0].blocked.clear()
        mended = update(StaffContact).values(broken_at=None, broken_reason=None)
        self._write(lambda session: session.execute(mended))

    @rule(seconds=st.integers(5, 120), loops=st.integers(1, 4))
    def another_policy(self, seconds: int, loops: int) -> None:
        """For alarms from now on."""
        policy = Policy(wait=timedelta(seconds=seconds), lease=timedelta(minutes=10), loops=loops)
        self._write(lambda session: set_policy(session, policy, staff_id=None))

    @rule(hours=st.sampled_from([1, 24]))
    def the_clock_goes_forward(self, hours: int) -> None:
        """Somebody set it; the sweepers find everything due, once."""
        self.world.clock.set_off_by += timedelta(hours=hours)
        self.sweeps()

    @invariant()
    def nobody_is_forgotten(self) -> None:
        """The promise."""
        type(self).steps += 1
        if not hasattr(self, "world"):
            return
        with self.world.database.transaction() as session:
            found = broken_promises(
                session, self.world.clock.now(), self.simulated.composer.settings, overdue_after=timedelta(hours=2)
            )
            assert not found, found

    def teardown(self) -> None:
        """Everybody comes back, everything works: within minutes each open alarm rings somewhere or is in hands."""
        if not hasattr(self, "world"):
            return
        self.contacts_work_again()
        self._write(lambda session: session.execute(update(Staff).values(active=True)))
        self.time_passes(601)
        self._write(lambda session: recover_expired_leases(session, harmless_repeats=()))
        self.world.providers[0].fates.clear()
        for _ in range(3):
            self.pages_leave([], None)
            self.time_passes(30)
        with self.world.database.transaction() as session:
            assert not stuck_pages(session, self.world.clock.now(), overdue_after=timedelta(seconds=60))
            paging = select(Report.number).join(Alarm).where(Alarm.state == AlarmState.PAGING)
            silent = [number for number in session.scalars(paging) if not self.codes[number]]
        assert not silent, f"nobody was ever told of {silent}"


def play(simulated: Simulator, examples: int, steps_each: int) -> tuple[int, int]:
    """So many stories of so many steps; the number of steps, and how often a case was taken. AssertionError with the
    shortest story that breaks it."""
    machine: type[OnCallMachine] = type("Machine", (OnCallMachine,), {"simulated": simulated, "steps": 0, "taken": 0})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)
    return machine.steps, machine.taken


def run_long(steps: int, say: Callable[[str], None]) -> int:
    """At least so many steps; the exit code."""
    done = taken = 0
    with simulator() as simulated:
        while done < steps:
            steps_more, taken_more = play(simulated, 40, _STEPS_EACH)
            done, taken = done + steps_more, taken + taken_more
            say(f"{done} steps, {taken} cases taken, nobody forgotten")
    return 0
