"""The scenarios on GoAlert: people with webhooks, verified by code, on schedules; alerts by its generic interface."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from bench.oncall.goalert_service import GoAlert, Setting, Way
from bench.oncall.same_scenarios import TRIES, Measured, Trouble, waits_of
from tests.fakes.http_provider import Answer, HttpProvider, Received

_STEP_MINUTES = 1  # the smallest GoAlert knows
_BURST_STEP_MINUTES = 10  # so that pages of the second step take nothing from GoAlert's own limit on messages
_SETTLE_CYCLES = 2.2
_TRIES_APART_SECONDS = 3.0  # with four troubles in turn this stays below five messages in five seconds
_PATIENCE_SECONDS = 90.0


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """One page, or one code, at a webhook. `alert` is None on a page that only counts."""

    at: float
    path: str
    kind: str
    alert: int | None
    code: int | None


class Hook(HttpProvider):
    """Webhooks of several people, one path each; some of them stop working when told."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []
        self.failing: dict[str, Trouble] = {}

    def answer(self, request: Received) -> Answer | None:
        """Keep what came, with its time; then what this path is to do."""
        at, said = time.monotonic(), request.json
        assert isinstance(said, dict)
        arrival = Arrival(
            at=at,
            path=request.path,
            kind=said.get("Type", ""),
            alert=said.get("AlertID"),
            code=_number(said.get("Code")),
        )
        self.arrivals.append(arrival)
        self.note()
        trouble = self.failing.get(request.path)
        if trouble is Trouble.HANGS:
            self.say_nothing()
            return None
        return Answer(status=500 if trouble is Trouble.ERROR else 200)

    def code_of(self, path: str) -> int | None:
        """The newest verification code."""
        codes = [each.code for each in self.arrivals if each.path == path and each.code is not None]
        return codes[-1] if codes else None


def _number(said: str | int | None) -> int | None:
    return None if said is None else int(said)


class GoAlertScenarios:
    """One GoAlert, and who is on call there."""

    def __init__(self, service: GoAlert, setting: Setting, hook: Hook) -> None:
        self._service, self._setting, self._hook = service, setting, hook
        self._epoch = time.time() - time.monotonic()  # GoAlert's database tells the time of day
        self._paths: dict[str, str] = {}  # by the id of the way
        self._count = 0

    def burst(self, measured: Measured, alerts: int) -> None:
        """One alert a second on one service, as there is one helpline; until each was on a page, or for long after."""
        person, second = self._service.person(), self._service.person()
        ways, _ = [self._way(person, self._hook)], self._way(second, self._hook)
        schedules = [self._service.schedule(each) for each in (person, second)]
        key = self._service.service(schedules, _BURST_STEP_MINUTES)
        self._settle()
        measured.note_load()
        began, raised = time.monotonic(), dict[int, float]()
        for index in range(alerts):
            time.sleep(max(0.0, began + index - time.monotonic()))
            raised[self._service.alert(key, f"case {index}")] = time.monotonic()
        self._until(lambda: set(self._first_pages(ways)) >= set(raised))
        measured.note_load()
        first = self._first_pages(ways)
        paths = {self._paths[each.id] for each in ways}
        pages = [each for each in self._hook.arrivals if each.path in paths and each.kind.startswith("Alert")]
        measured.raised = alerts
        measured.first_page = [each for each in waits_of(raised, first) if each is not None]
        measured.pages, measured.pages_without_a_name = len(pages), sum(each.alert is None for each in pages)
        measured.cases_named = len({each.alert for each in pages} & set(raised))

    def troubles(self, measured: Measured) -> None:
        """Each in turn, a few times; people of their own for each."""
        keys, good = dict[Trouble, str](), list[Way]()
        with ExitStack() as stack:
            closed = stack.enter_context(Hook())
            for trouble in Trouble:
                keys[trouble] = self._service.service(self._steps(trouble, closed, good), _STEP_MINUTES)
            stack.enter_context(closed.down())
            self._settle()
            raised: dict[Trouble, dict[int, float]] = {trouble: {} for trouble in Trouble}
            for index in range(TRIES):
                for trouble, key in keys.items():
                    raised[trouble][self._service.alert(key, f"{trouble} {index}")] = time.monotonic()
                    time.sleep(_TRIES_APART_SECONDS)
            every = {number for numbers in raised.values() for number in numbers}
            self._until(lambda: set(self._first_pages(good)) >= every)
            first = self._first_pages(good)
        measured.troubles = {trouble: waits_of(numbers, first) for trouble, numbers in raised.items()}
        measured.note_load()

    def _steps(self, trouble: Trouble, closed: Hook, good: list[Way]) -> list[str]:
        """At the first step nobody, or somebody whose second way is told a minute after the first; then another."""
        second = self._service.person()
        good.append(self._way(second, self._hook))
        if trouble is Trouble.NOBODY:
            return [self._service.schedule(None), self._service.schedule(second)]
        person = self._service.person()
        bad = self._way(person, closed if trouble is Trouble.REFUSED else self._hook)
        good.append(self._way(person, self._hook, after_minutes=_STEP_MINUTES))
        self._hook.failing[self._paths[bad.id]] = trouble
        return [self._service.schedule(person), self._service.schedule(second)]

    def _way(self, person: str, hook: Hook, after_minutes: int = 0) -> Way:
        self._count += 1
        path = f"/person/{self._count}"
        way = self._service.way(person, hook.url + path, after_minutes)
        self._paths[way.id] = path
        self._service.verify(way, lambda: hook.code_of(path))
        return way

    def _first_pages(self, ways: list[Way]) -> dict[int, float]:
        """By alert: its first page at one of these ways, that names it or counts it."""
        paths, first = {self._paths[each.id] for each in ways}, dict[int, float]()
        for each in list(self._hook.arrivals):
            if each.path in paths and each.alert is not None:
                first.setdefault(each.alert, each.at)
        for alert, at in self._service.counted_at(ways).items():
            first[alert] = min(first.get(alert, at - self._epoch), at - self._epoch)
        return first

    def _settle(self) -> None:
        """The engine has looked at least twice since it was told who is on call."""
        time.sleep(_SETTLE_CYCLES * self._setting.cycle_seconds)

    def _until(self, is_over: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not is_over() and time.monotonic() < deadline:
            time.sleep(0.5)
