"""Percentiles of what was measured, and how a table shows them."""

from __future__ import annotations

from collections.abc import Sequence


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of 100 do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def milliseconds(seconds: float) -> str:
    """As a table shows it."""
    return f"{seconds * 1000:.1f} ms" if seconds < 10 else f"{seconds:.1f} s"


def spread(values: Sequence[float]) -> list[str]:
    """p50, p99 and the largest, as cells."""
    return [milliseconds(each) for each in (percentile(values, 50), percentile(values, 99), max(values))]
