"""What one check of `sampan doctor` found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One line of the doctor's list."""

    name: str
    ok: bool
    finding: str
    remedy: str = ""


def passed(name: str, finding: str) -> Verdict:
    """Nothing to do."""
    return Verdict(name=name, ok=True, finding=finding)


def failed(name: str, finding: str, remedy: str) -> Verdict:
    """Something to do before people rely on it."""
    return Verdict(name=name, ok=False, finding=finding, remedy=remedy)
