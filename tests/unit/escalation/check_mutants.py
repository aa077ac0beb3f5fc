"""Takes each rule of the on-call engine out of a copy of the project, by a small change of its text, and demands that a
test which carries the rule's number fails. `python -m tests.unit.escalation.check_mutants [--rule N] [--processes 2]`,
or `make mutants-oncall`."""

from __future__ import annotations

import argparse
import compileall
import json
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.rules.source_files import ROOT
from tests.unit.escalation.mutants import MUTANTS, RULES, Mutant

_COPIED = ("bot", "tests")
_NOT_NEEDED = frozenset({".git", "var", ".hypothesis", *_COPIED})
_NUMBERED = re.compile(r"^(?:async )?def test_rule_(\d+)_\w+", re.MULTILINE)


class Outcome(StrEnum):
    """What the tests of a rule say when it is taken out."""

    RED = "red"  # one of them failed, as it should
    SURVIVED = "SURVIVED"  # none noticed
    UNUSABLE = "UNUSABLE"  # they did not run to an answer: the mutant broke more than its rule


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Of one mutant; `by` is the first test that failed, or what was said instead."""

    mutant: Mutant
    outcome: Outcome
    by: str
    seconds: float


def numbered_tests() -> dict[int, tuple[Path, ...]]:
    """The files that hold tests of each rule, relative to the project."""
    found: dict[int, set[Path]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for match in _NUMBERED.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(int(match[1]), set()).add(path.relative_to(ROOT))
    return {rule: tuple(sorted(paths)) for rule, paths in sorted(found.items())}


def mutated(text: str, mutant: Mutant) -> str:
    """The text without the rule. ValueError when what is to go does not stand in it exactly once."""
    times = text.count(mutant.old)
    if times != 1:
        raise ValueError(f"rule {mutant.rule}: found {times} times in {mutant.file}: {mutant.old!r}")
    return text.replace(mutant.old, mutant.new)


@contextmanager
def changed(copy: Path, mutant: Mutant) -> Iterator[None]:
    """The copy without the rule, for a while."""
    path = copy / mutant.file
    before = path.read_text(encoding="utf-8")
    path.write_text(mutated(before, mutant), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


class Copy:
    """A copy of the project, and the process that runs its tests there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._runner = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.escalation.mutant_runner"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, rules: Iterable[int], files: Iterable[Path], changed: str = "") -> tuple[int, str]:
        """The numbered tests of these rules, until the first fails: pytest's exit code, and what it said."""
        which = " or ".join(f"test_rule_{rule}_" for rule in rules)
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-k", which]
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        self._runner.stdin.write(json.dumps({"changed": changed, "arguments": [*options, *map(str, files)]}) + "\n")
        self._runner.stdin.flush()
        code, said = json.loads(self._runner.stdout.readline())
        return int(code), str(said)

    def close(self) -> None:
        """The process ends when nobody asks it any more."""
        self._runner.communicate()


@contextmanager
def a_copy() -> Iterator[Copy]:
    """The project, to be changed: service and tests are copied, all else is linked."""
    with tempfile.TemporaryDirectory(prefix="sampan-mutants-") as name:
        folder = Path(name)
        for part in _COPIED:
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            compileall.compile_dir(folder / part, quiet=2)  # what is changed later is newer than that, and read anew
        for entry in ROOT.iterdir():
            if entry.name not in _NOT_NEEDED:
                (folder / entry.name).symlink_to(entry)
        copy = Copy(folder)
        try:
            yield copy
        finally:
            copy.close()


def verdict_on(copy: Copy, mutant: Mutant, files: Sequence[Path]) -> Verdict:
    """Red only by a test that failed: what cannot even be collected or set up tells nothing of the rule."""
    began = time.monotonic()
    with changed(copy.folder, mutant):
        code, said = copy.run([mutant.rule], files, mutant.file)
    failed = re.search(r"^FAILED \S+::(\w+)", said, re.MULTILINE)
    if code == 1 and failed:
        outcome, by = Outcome.RED, failed[1]
    elif code == 0:
        outcome, by = Outcome.SURVIVED, "nothing"
    else:
        outcome, by = Outcome.UNUSABLE, (said.strip() or "nothing was said").splitlines()[-1]
    return Verdict(mutant=mutant, outcome=outcome, by=by, seconds=time.monotonic() - began)


def check_all(mutants: Sequence[Mutant], copies: Sequence[Copy]) -> Iterator[Verdict]:
    """One after the other in each copy, as they are done."""
    tests, free = numbered_tests(), queue.SimpleQueue[Copy]()
    for copy in copies:
        free.put(copy)

    def check(mutant: Mutant) -> Verdict:
        copy = free.get()
        try:
            return verdict_on(copy, mutant, tests[mutant.rule])
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        for done in as_completed([pool.submit(check, mutant) for mutant in mutants]):
            yield done.result()


def green_as_it_is(copy: Copy, rules: Sequence[int]) -> str | None:
    """What is said against it; None when all numbered tests of these rules pass while no rule is out."""
    tests = numbered_tests()
    code, said = copy.run(rules, sorted({path for rule in rules for path in tests[rule]}))
    return None if code == 0 else said[-4000:]


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    return f"| {mutant.rule} | {mutant.takes_out} | {verdict.by} | {verdict.outcome.value} | {verdict.seconds:.0f} s |"


def main() -> int:
    """1 when a rule could be taken out unnoticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rule", type=int, action="append", choices=RULES, help="this rule only; may be repeated")
    parser.add_argument("--processes", type=int, default=1, help="how many copies are tested at a time")
    asked = parser.parse_args()
    rules = sorted(set(asked.rule or RULES))
    mutants = [each for each in MUTANTS if each.rule in rules]
    for each in mutants:
        mutated((ROOT / each.file).read_text(encoding="utf-8"), each)
    with ExitStack() as open_ones:
        copies = [open_ones.enter_context(a_copy()) for _ in range(asked.processes)]
        if wrong := green_as_it_is(copies[0], rules):
            _say(f"The numbered tests fail as it is, so that no failure would tell anything:\n{wrong}")
            return 1
        return _report(rules, check_all(mutants, copies))


def _report(rules: Sequence[int], found: Iterable[Verdict]) -> int:
    _say("| rule | taken out | first test that failed | outcome | time |")
    _say("|---|---|---|---|---|")
    verdicts = []
    for verdict in found:
        _say(_line(verdict))
        verdicts.append(verdict)
    red = sum(verdict.outcome is Outcome.RED for verdict in verdicts)
    _say(f"\n{len(rules)} rules, {len(verdicts)} mutants, {red} red, {len(verdicts) - red} not")
    for verdict in verdicts:
        if verdict.outcome is not Outcome.RED:
            _say(f"rule {verdict.mutant.rule}: {verdict.outcome.value}: {verdict.mutant.takes_out} ({verdict.by})")
    return 0 if red == len(verdicts) else 1


if __name__ == "__main__":
    raise SystemExit(main())
