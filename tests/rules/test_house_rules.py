"""The house rules that a program can check (CONTRIBUTING.md tells why they are there)."""

from __future__ import annotations

import ast
import re

import pytest

from tests.rules.source_files import ROOT, all_text_files, functions, imported_names, python_files

OURS = ("bot", "nlu", "bench", "deploy", "tests")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Written in two halves: the rules hold for this file as well.
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|NotImplemented" + r"Error)\b")
NAMES_THAT_SAY_NOTHING = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"})
MACHINE_PATH = re.compile(r"(?<![\w.~])/(?:work|root|Users)/\w|/home/(?!runner\b)\w+/")
REGISTRY = re.compile("pypi" + r"\.org|python" + r"hosted\.org|npmjs" + r"\.org|/sim" + r"ple/", re.IGNORECASE)
BROAD_EXCEPT_ALLOWED = ("bot/worker/", "bot/webhooks/", "bot/wiring.py", "nlu/")


def test_no_module_is_longer_than_400_lines() -> None:
    long = {path: len(path.read_text().splitlines()) for path in python_files(*OURS)}
    assert [f"{path}: {lines}" for path, lines in long.items() if lines > LONGEST_MODULE] == []


def test_no_function_is_longer_than_40_lines() -> None:
    found = []
    for path in python_files(*OURS):
        for function in functions(path):
            if "migrations" in path.parts:  # one flat list of statements, written once and never changed
                continue
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > LONGEST_FUNCTION:
                found.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {lines}")
    assert found == []


def test_no_file_is_called_something_that_says_nothing() -> None:
    files = [path for path in python_files(*OURS) if set(path.stem.split("_")) & NAMES_THAT_SAY_NOTHING]
    assert files == []


def test_the_service_never_imports_rasa() -> None:
    found = [path for path in python_files("bot") if any(name.split(".")[0] == "rasa" for name in imported_names(path))]
    assert found == []


@pytest.mark.parametrize("rule", [UNFINISHED, MACHINE_PATH, REGISTRY], ids=["unfinished", "machine path", "registry"])
def test_no_file_holds(rule: re.Pattern[str]) -> None:
    found = []
    for path in all_text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if rule.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


def test_every_module_and_public_function_of_the_service_has_a_docstring() -> None:
    found = []
    for path in python_files("bot"):
        module = ast.parse(path.read_text(encoding="utf-8"))
        named = [node for node in module.body if isinstance(node, DEFINITIONS) and not node.name.startswith("_")]
        bare = [node.lineno for node in named if ast.get_docstring(node) is None]
        bare += [] if ast.get_docstring(module) else [1]
        found += [f"{path.relative_to(ROOT)}:{line}" for line in bare]
    assert found == []


def test_everything_is_caught_only_in_the_outermost_loops() -> None:
    found = []
    for path in python_files("bot", "nlu"):
        place = path.relative_to(ROOT).as_posix()
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if re.match(r"\s*except (?:Base)?Exception\b|\s*except:", line) and not place.startswith(
                BROAD_EXCEPT_ALLOWED
            ):
                found.append(f"{place}:{number}")
    assert found == []


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_the_repository_has(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
