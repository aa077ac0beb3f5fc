"""Reads pytest's JUnit file; exit code 1 when nothing ran, or when anything was skipped or expected to fail."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from pathlib import Path


def complaints(junit: str) -> list[str]:
    """What is wrong with a run, by its JUnit file; empty when every test ran and passed."""
    cases = list(ET.fromstring(junit).iter("testcase"))
    if not cases:
        return ["no test ran"]
    found = []
    for case in cases:
        for outcome in ("skipped", "failure", "error"):
            if case.find(outcome) is not None:
                found.append(f"{outcome}: {case.get('classname')}::{case.get('name')}")
    return found


if __name__ == "__main__":
    problems = complaints(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    sys.exit(1 if problems else 0)
