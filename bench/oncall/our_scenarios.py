"""The same scenarios on our own engine: two worker processes on a durable PostgreSQL, urgent messages stored as the
door stores them, telephones behind the fakes of the providers over HTTP."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select, update

from bench.chaos.responders import DARA_CHAT, MINA_NUMBER
from bench.installation import Installation, installation
from bench.measure.traffic import Stamped
from bench.oncall.real import Run, one_message
from bench.oncall.same_scenarios import TRIES, Measured, Trouble, waits_of
from bot.database.tables import Alarm, RosterEntry, Staff, StaffContact
from bot.escalation.alarms import OPEN_STATES, close_alarms
from bot.operations.tethered_process import kill_session, spawn
from bot.privacy.sealing import seal_with
from tests.fakes.http_provider import Fault
from tests.fakes.sms_gateway import SentByPhone
from tests.fakes.telegram import SentByBot
from tests.fakes.twilio import SentByTwilio

_WORKERS = 2
_STARTS_IN_SECONDS = 8.0
_STEP = "PT60S"  # GoAlert's smallest
_PATIENCE_SECONDS = 90.0
_SECOND_NUMBER = "+12025550133"
_NUMBERS = re.compile(r"(?<!\w)\d{3,}(?!\w)")  # of cases; never of how many there are, or of minutes


class OurScenarios:
    """An installation with workers, and what arrives on three ways of two people: the first one's Telegram and
    telephone, and the second one's telephone by another provider."""

    def __init__(self, place: Installation) -> None:
        self._place, self._chance = place, random.Random(1)
        self._telegram, self._phone = Stamped[SentByBot](), Stamped[SentByPhone]()
        self._second = Stamped[SentByTwilio]()
        place.providers.staff_bot.sent = self._telegram
        place.providers.gateway.sent = self._phone
        place.providers.twilio.sent = self._second
        place.on_call("Dara", step=1, channel="telegram_staff", address=str(DARA_CHAT))
        place.on_call("Sokha", step=2, channel="sms_twilio", address=_SECOND_NUMBER)
        self._give_a_second_way("Dara", "sms_gateway", MINA_NUMBER)

    def warm_up(self) -> None:
        """Not counted: this process loads words and profiles first, and the workers have started when a page of theirs
        has come."""
        run = Run()
        one_message(self._place, run, self._chance)
        self._until(lambda: set(self._named_on_telegram()) >= set(run.committed_at))
        time.sleep(_STARTS_IN_SECONDS)
        self._close_all()

    def burst(self, measured: Measured, alarms: int) -> None:
        """One alarm a second."""
        measured.note_load()
        run, began = Run(), time.monotonic()
        for index in range(alarms):
            time.sleep(max(0.0, began + index - time.monotonic()))
            one_message(self._place, run, self._chance)
        raised = run.committed_at
        self._until(lambda: set(self._named_on_telegram()) >= set(raised))
        measured.note_load()
        first = self._named_on_telegram()
        pages = [sent for sent in list(self._telegram) if sent.chat_id == str(DARA_CHAT)]
        named = [_numbers(each) & set(raised) for each in pages]
        measured.raised = alarms
        measured.first_page = [each for each in waits_of(raised, first) if each is not None]
        measured.pages, measured.pages_without_a_name = len(pages), sum(not each for each in named)
        measured.cases_named = len(set().union(*named))
        self._close_all()

    def troubles(self, measured: Measured) -> None:
        """One after the other, because a provider fails for everybody."""
        staff_bot = self._place.providers.staff_bot
        with self._nobody_at_the_first_step():
            measured.troubles[Trouble.NOBODY] = self._try()
        with staff_bot.down():
            measured.troubles[Trouble.REFUSED] = self._try()
        for trouble, fault in ((Trouble.ERROR, Fault.SERVER_ERROR), (Trouble.HANGS, Fault.TAKEN_THEN_SILENT)):
            staff_bot.fail_next(fault, times=1_000)
            measured.troubles[trouble] = self._try()
            staff_bot.fail_no_more()
        measured.note_load()

    def _try(self) -> list[float | None]:
        """A few alarms, until each is on a page that is not on the first way."""
        run = Run()
        for _ in range(TRIES):
            one_message(self._place, run, self._chance)
            time.sleep(1.0)
        self._until(lambda: set(self._named_elsewhere()) >= set(run.committed_at))
        waits = waits_of(run.committed_at, self._named_elsewhere())
        self._close_all()
        return waits

    def _named_on_telegram(self) -> dict[int, float]:
        first: dict[int, float] = {}
        for sent, at in zip(list(self._telegram), list(self._telegram.at), strict=False):
            if sent.chat_id == str(DARA_CHAT):
                for number in _numbers(sent):
                    first.setdefault(number, at)
        return first

    def _named_elsewhere(self) -> dict[int, float]:
        arrived = [(at, sent.text) for sent, at in zip(list(self._phone), list(self._phone.at), strict=False)]
        second = zip(list(self._second), list(self._second.at), strict=False)
        arrived += [(at, sent.text) for sent, at in second if sent.to == _SECOND_NUMBER]
        first: dict[int, float] = {}
        for at, text in sorted(arrived):
            for number in named_in(text):
                first.setdefault(number, at)
        return first

    def _give_a_second_way(self, name: str, channel: str, address: str) -> None:
        keys = self._place.keys
        with self._place.database.transaction() as session:
            session.add(
                StaffContact(
                    staff_id=session.scalars(select(Staff.id).where(Staff.name == name)).one(),
                    channel=channel,
                    rank=2,
                    address_hash=keys.lookup_hash("address", channel, address),
                    address_sealed=seal_with(keys.address, address),
                    verified_at=func.now(),
                )
            )

    @contextmanager
    def _nobody_at_the_first_step(self) -> Iterator[None]:
        """Whose place it is has gone home."""
        first = update(RosterEntry).where(RosterEntry.step_no == 1)
        with self._place.database.transaction() as session:
            session.execute(first.values(ends_at=func.now()))
        try:
            yield
        finally:
            with self._place.database.transaction() as session:
                session.execute(first.values(ends_at=None))

    def _close_all(self) -> None:
        """A named human ended every case: the next scenario begins with none."""
        with self._place.database.transaction() as session:
            for report_id in session.scalars(select(Alarm.report_id).where(Alarm.state.in_(OPEN_STATES))).all():
                close_alarms(session, report_id)

    def _until(self, is_over: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_over() and time.monotonic() < deadline:
            time.sleep(0.2)


def _numbers(sent: SentByBot) -> set[int]:
    """The cases a page names, in its words or by a button."""
    buttons = {int(data.split()[1]) for _, data in sent.buttons if data.startswith("ACK ")}
    return buttons | named_in(sent.text)


def named_in(words: str) -> set[int]:
    """The numbers of cases in the words of a page."""
    return {int(each) for each in _NUMBERS.findall(words)}


def ours(alarms: int, say: Callable[[str], None]) -> Measured:
    """The whole column."""
    measured = Measured(name="ours")
    with installation(with_rasa=False, say=say, step_timeout=_STEP) as place:
        scenarios = OurScenarios(place)
        plan = place.service_plan("bot", "run", "worker")
        workers = [spawn(plan) for _ in range(_WORKERS)]
        try:
            scenarios.warm_up()
            say("ours: one alarm a second")
            scenarios.burst(measured, alarms)
            say("ours: troubles")
            scenarios.troubles(measured)
        finally:
            for worker in workers:
                kill_session(worker)
    return measured
