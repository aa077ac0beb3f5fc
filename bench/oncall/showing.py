"""The tables of the simulator, and which promises hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from bench.measure.percentiles import percentile, spread
from bench.oncall.faults import Fault
from bench.oncall.phones import Fate
from bench.oncall.storm import FoundInStorm, Modelled
from bench.oncall.tally import Tally

_FATE_OF = {
    Fault.KILLED_BEFORE_SEND: Fate.KILL_BEFORE,
    Fault.KILLED_AFTER_SEND: Fate.KILL_AFTER,
    Fault.TOO_MANY_LONG: Fate.ASKS_LONG,
    Fault.TOO_MANY_SHORT: Fate.ASKS_SHORT,
    Fault.TAKEN_THEN_SILENT: Fate.SILENT,
    Fault.RECEIPT_FAILED: Fate.RECEIPT_FAILED,
    Fault.RECEIPTS_DISORDERED: Fate.RECEIPTS_DISORDERED,
    Fault.NEVER_RINGS: Fate.NEVER_RINGS,
}


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A promise, what was measured, and whether it holds."""

    what: str
    goal: str
    measured: str
    holds: bool


def struck(tally: Tally, fault: Fault) -> int:
    """How often a fault struck."""
    return tally.struck[_FATE_OF[fault].value if fault in _FATE_OF else fault.value]


def show_faults(console: Console, tally: Tally) -> None:
    """Each fault: how often, and what the first page did in the nights that had it among others."""
    table = Table(
        title=f"Faults: {tally.alarms} alarms in {tally.worlds} nights; first pages in nights with this fault"
    )
    for column in ("fault", "nights", "struck", "p50", "p99", "max"):
        table.add_column(column, justify="left" if column == "fault" else "right")
    for fault in Fault:
        waits = tally.by_fault.get(fault.value)
        row = spread(waits) if waits else ["", "", ""]
        table.add_row(fault.value, str(tally.worlds_with[fault.value]), str(struck(tally, fault)), *row)
    table.add_section()
    for zone, count in sorted(tally.struck.items()):
        if zone.endswith("clocks change"):
            table.add_row(zone, "", str(count))
    console.print(table)


def show_figures(console: Console, tally: Tally) -> None:
    """Times, pages, duplicates."""
    table = Table(
        title=f"Figures, virtual time; {tally.alarms / max(tally.seconds, 1e-9):.1f} alarms simulated a second"
    )
    for column in ("", "count", "p50", "p99", "max"):
        table.add_column(column, justify="right" if column else "left")
    rows = {
        "first page handed over, nights without faults": tally.calm,
        "first page handed over, nights with faults": tally.faulty,
        "nobody on call at a step → first page": tally.nobody,
        "undeliverable → next page of the same case": tally.next_way,
        "a human took it (a model of people)": tally.to_a_human,
    }
    for name, values in rows.items():
        table.add_row(name, str(len(values)), *(spread(values) if values else ("", "", "")))
    for name, counts in (
        ("pages per alarm", list(tally.pages_of_alarm.elements())),
        ("pages per person and night", tally.pages_of_person),
    ):
        if counts:
            shown = [f"{percentile(counts, each):.0f}" for each in (50, 99)]
            table.add_row(name, f"mean {sum(counts) / len(counts):.1f}", *shown, str(max(counts)))
    console.print(table)
    console.print(
        f"{tally.sends} sends, {tally.duplicates} of them again; {tally.deaths} deaths of a worker process; "
        f"what people were told: {dict(Counter(tally.outcomes).most_common())}"
    )


def show_storm(console: Console, storms: Sequence[FoundInStorm]) -> None:
    """The real alarm among the false ones."""
    table = Table(title="500 false alarms in ten minutes, one real: how soon a phone names it")
    for column in ("named after", "in which page begun after it came", "pages in all", "on the busiest phone"):
        table.add_column(column, justify="right")
    for each in storms:
        table.add_row(
            "never" if each.seconds is None else f"{each.seconds:.1f} s",
            str(each.which_page),
            str(each.pages_in_all),
            str(each.pages_of_busiest),
        )
    console.print(table)


def show_model(console: Console, model: Sequence[Modelled]) -> None:
    """By assumed people."""
    table = Table(title="A MODEL: time to a human, by how people are assumed to answer (not a measurement of people)")
    for column in ("a page is heard with", "median time to the tap", "alarms", "median", "< 3 min", "< 5 min"):
        table.add_column(column, justify="right")
    for each in model:
        table.add_row(
            f"{each.habits.hears:.0%}",
            f"{each.habits.median_seconds:.0f} s",
            str(each.alarms),
            f"{each.median_seconds:.0f} s",
            f"{each.within_three_minutes:.1%}",
            f"{each.within_five_minutes:.1%}",
        )
    console.print(table)


def held(tally: Tally, storms: Sequence[FoundInStorm]) -> list[Claim]:
    """Every promise of the simulator."""
    waited = len(tally.broken)
    claims = [
        Claim(what="urgent alarms lost", goal="0", measured=str(len(tally.lost)), holds=not tally.lost),
        Claim(
            what="without a future action or a human owner, at any look",
            goal="0",
            measured=str(waited),
            holds=not waited,
        ),
        Claim(
            what="faults of ours in a loop",
            goal="0",
            measured=str(sum(tally.faults_of_ours.values())),
            holds=not tally.faults_of_ours,
        ),
    ]
    claims += _time("first page, no faults, p99", "< 2 s", tally.calm, 99, 2.0)
    claims += _time("first page, no faults, max", "< 5 s", tally.calm, 100, 5.0)
    claims += _time("nobody on call at a step → next, p99", "< 2 s", tally.nobody, 99, 2.0)
    claims += _time("undeliverable → next way, p99", "< 5 s", tally.next_way, 99, 5.0)
    if tally.sends_under_kills:
        rate = 1000 * tally.duplicates_under_kills / tally.sends_under_kills
        measured = f"{rate:.2f} of {tally.sends_under_kills}"
        claims.append(Claim(what="sent twice per 1,000, kills only", goal="≤ 1", measured=measured, holds=rate <= 1))
    if storms:
        worst = max((each.which_page or 10**6) for each in storms)
        claims.append(
            Claim(what="storm: the page that names the real one", goal="1st", measured=str(worst), holds=worst == 1)
        )
    return claims


def _time(what: str, goal: str, values: list[float], percent: float, limit: float) -> list[Claim]:
    if not values:
        return []
    found = percentile(values, percent)
    return [Claim(what=what, goal=goal, measured=f"{found:.2f} s of {len(values)}", holds=found < limit)]
