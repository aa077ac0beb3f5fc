"""What many nights amount to: counted, and held against what is promised."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.oncall.faults import Fault
from bench.oncall.world import Night, WorldPlan

_STOPS_EVERYTHING = {
    Fault.ALL_WORKERS_DEAD,
    Fault.DATABASE_DOWN,
    Fault.DATABASE_SLOW,
    Fault.SERVER_ERRORS,
    Fault.SLOW_PROVIDER,
    Fault.NOBODY_REACHABLE,
}


@dataclass(kw_only=True)
class Tally:
    """Of many worlds; two of them can be added."""

    worlds: int = 0
    alarms: int = 0
    seconds: float = 0.0
    sends: int = 0
    pages: int = 0
    duplicates: int = 0
    sends_under_kills: int = 0
    duplicates_under_kills: int = 0
    deaths: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    worlds_with: Counter[str] = field(default_factory=Counter)
    faults_of_ours: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    calm: list[float] = field(default_factory=list)  # first page, seconds, no fault at all
    faulty: list[float] = field(default_factory=list)  # first page in the other worlds
    by_fault: dict[str, list[float]] = field(default_factory=dict)
    nobody: list[float] = field(default_factory=list)  # first page of alarms raised while nobody stood at a step
    next_way: list[float] = field(default_factory=list)
    to_a_human: list[float] = field(default_factory=list)
    never_taken: int = 0
    pages_of_alarm: Counter[int] = field(default_factory=Counter)  # how many alarms had so many
    pages_of_person: list[int] = field(default_factory=list)  # per world and person

    def count(self, plan: WorldPlan, night: Night) -> None:
        """One more night."""
        self.worlds += 1
        self.alarms += len(night.raised)
        self.deaths += night.deaths
        self.struck += night.struck
        self.outcomes += night.outcomes
        where = f"seed {plan.seed} ({', '.join(plan.faults) or 'calm'})"
        self.lost += [f"{where}: {each}" for each in night.lost]
        self.broken += [f"{where}: {each}" for each in dict.fromkeys(night.broken)]
        self.worlds_with.update(fault.value for fault in plan.faults)
        self._count_first_pages(plan, night)
        self._count_sends(plan, night)
        self._count_people(night)

    def _count_first_pages(self, plan: WorldPlan, night: Night) -> None:
        first: dict[int, float] = {}
        for page in sorted(night.pages, key=lambda each: each.at):
            for number in page.numbers:
                first.setdefault(number, page.at)
        waits = {number: first[number] - at for number, at in night.raised.items() if number in first}
        (self.faulty if plan.faults else self.calm).extend(waits.values())
        for fault in plan.faults:
            self.by_fault.setdefault(fault.value, []).extend(waits.values())
        if not _STOPS_EVERYTHING & set(plan.faults):
            for begins, ends in night.nobody_from_to:
                self.nobody += [
                    waits[each] for each, at in night.raised.items() if begins <= at < ends and each in waits
                ]

    def _count_sends(self, plan: WorldPlan, night: Night) -> None:
        causes = Counter(page.cause for page in night.pages)
        twice = sum(count - 1 for count in causes.values())
        self.sends += len(night.pages)
        self.duplicates += twice
        if plan.faults and set(plan.faults) <= {Fault.KILLED_ANYWHERE}:
            self.sends_under_kills += len(night.pages)
            self.duplicates_under_kills += twice
        if not _STOPS_EVERYTHING & set(plan.faults):
            for number, at in night.undeliverable:
                later = [page.at - at for page in night.pages if number in page.numbers and page.at > at]
                taken = night.taken.get(number, float("inf"))
                if later and at < taken:
                    self.next_way.append(min(later))

    def _count_people(self, night: Night) -> None:
        pages = [page for page in night.pages if page.is_page]
        self.pages += len(pages)
        of_alarm = Counter(number for page in pages for number in page.numbers)
        self.pages_of_alarm.update(of_alarm[number] for number in night.raised)
        self.pages_of_person += Counter(page.address.rpartition(" ")[2] for page in pages).values()
        self.to_a_human += [night.taken[each] - at for each, at in night.raised.items() if each in night.taken]
        self.never_taken += sum(each not in night.taken for each in night.raised)

    def add(self, other: Tally) -> None:
        """What somebody else counted."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(value, dict) and not isinstance(value, Counter):
                for key, each in value.items():
                    mine.setdefault(key, []).extend(each)
            elif isinstance(value, Counter):
                mine.update(value)
            elif name == "seconds":
                self.seconds = max(self.seconds, value)
            else:
                setattr(self, name, mine + value)
