"""What is measured on both engines alike, and how it is told apart: whose first page came when, whether it names the
case, and which page comes when somebody's first way does not work."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rich.table import Table

from bench.measure.percentiles import percentile

TRIES = 3  # of each trouble


class Trouble(StrEnum):
    """What is wrong with the first step; its second always has somebody who can be reached."""

    NOBODY = "nobody on call at step 1"
    REFUSED = "first way refuses connections"
    ERROR = "first way answers 500"
    HANGS = "first way never answers"


@dataclass(kw_only=True)
class Measured:
    """One engine in one run; seconds from the alarm (stored, answered with 200) to a page at a telephone."""

    name: str
    raised: int = 0
    first_page: list[float] = field(default_factory=list)
    pages: int = 0
    pages_without_a_name: int = 0
    cases_named: int = 0
    troubles: dict[Trouble, list[float | None]] = field(default_factory=dict)
    load: list[float] = field(default_factory=list)

    def note_load(self) -> None:
        """What else this machine does at the moment."""
        self.load.append(os.getloadavg()[0])

    def told(self) -> str:
        """In a line, as soon as it is known: a run is long, and may be cut short."""
        pages = f"{len(self.first_page)} of {self.raised} on {self.pages} pages, {self.cases_named} named"
        spread = [_at(self, each) for each in (50, 99, 100)]
        first = " / ".join("none" if each is None else f"{each:.2f}" for each in spread)
        troubles = "; ".join(f"{each.value} {seconds(waits)}" for each, waits in self.troubles.items())
        return f"{self.name}: first page {first} s; {pages}; {troubles or 'no troubles tried'}"


def waits_of(raised: Mapping[int, float], first: Mapping[int, float]) -> list[float | None]:
    """For each alarm, by its number: how long until its page; None: none came. A page can be there before the one who
    stored the alarm has noticed that it is stored."""
    return [max(0.0, first[each] - at) if each in first else None for each, at in raised.items()]


def seconds(values: Sequence[float | None]) -> str:
    """The range, for a few tries."""
    came = [each for each in values if each is not None]
    if not came:
        return "never" if values else ""
    lost = f", {len(values) - len(came)} never" if len(came) < len(values) else ""
    return f"{min(came):.1f} to {max(came):.1f} s{lost}"


def _at(measured: Measured, percent: float) -> float | None:
    """Infinity is nobody's figure: with a case without any page there is no percentile to show."""
    if not measured.first_page or len(measured.first_page) < measured.raised:
        return None
    return percentile(measured.first_page, percent)


def _median(values: Sequence[float | None]) -> float | None:
    came = [each for each in values if each is not None]
    return percentile(came, 50) if came and len(came) == len(values) else None


def _ratio(ours: float | None, theirs: float | None) -> str:
    return "" if not ours or theirs is None else f"{theirs / ours:.1f}"


def table(ours: Measured, others: Sequence[Measured]) -> Table:
    """All of it side by side; the ratio is of the first of the others."""
    shown = Table(title="MEASURED in one run, on one machine; seconds from the alarm to the telephone")
    shown.add_column("")
    for each in (ours, *others):
        shown.add_column(each.name, justify="right")
    shown.add_column(f"{others[0].name} / ours", justify="right")
    for name, percent in (("p50", 50), ("p99", 99), ("max", 100)):
        figures = [_at(each, percent) for each in (ours, *others)]
        cells = ["a case has none" if each is None else f"{each:.2f} s" for each in figures]
        shown.add_row(f"first page, one alarm a second, {name}", *cells, _ratio(figures[0], figures[1]))
    counts = [(each.raised, each.cases_named, each.pages, each.pages_without_a_name) for each in (ours, *others)]
    shown.add_row("cases that a page names, of all", *(f"{named} of {of}" for of, named, _, _ in counts), "")
    shown.add_row("pages that only say how many are open", *(f"{less} of {of}" for _, _, of, less in counts), "")
    for trouble in Trouble:
        each_of = [each.troubles.get(trouble, []) for each in (ours, *others)]
        medians = [_median(each) for each in each_of]
        shown.add_row(f"{trouble.value} → a page elsewhere", *map(seconds, each_of), _ratio(medians[0], medians[1]))
    loads = [f"{each.load[0]:.1f} → {each.load[-1]:.1f}" if each.load else "" for each in (ours, *others)]
    shown.add_row("load average, begin → end", *loads, "")
    return shown
