"""Each of import-linter's contracts, broken on purpose in a copy of the service, is caught."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.source_files import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")
BROKEN = {
    "Imports go down only": ("bot/messages/retry.py", "import bot.conversation"),
    "No channel knows another": ("bot/channels/telegram.py", "import bot.channels.sms_twilio"),
    "Pure parts import no SQL and no HTTP": ("bot/reports/triage.py", "import httpx"),
    "The dialogue runs in Rasa's environment too": ("bot/dialogue/questions.py", "import yaml"),
    "Rasa lives in an environment of its own": ("bot/clock.py", "import rasa"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter's verdict on a copy of the project."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"}
    command = [str(LINTER), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_service_as_it_is_keeps_every_contract(copy: Path) -> None:
    result = lint(copy)
    assert result.returncode == 0, result.stdout
    assert f"{len(BROKEN)} kept, 0 broken" in result.stdout


@pytest.mark.parametrize("contract", BROKEN)
def test_an_import_that_breaks_a_contract_is_caught(copy: Path, contract: str) -> None:
    file, offence = BROKEN[contract]
    with (copy / file).open("a", encoding="utf-8") as module:
        module.write(f"\n{offence}\n")
    result = lint(copy)
    assert result.returncode != 0
    assert f"{contract} BROKEN" in result.stdout


def test_a_module_without_a_place_in_the_layers_is_caught(copy: Path) -> None:
    (copy / "bot" / "elsewhere.py").write_text('"""Nowhere."""\n')
    result = lint(copy)
    assert result.returncode != 0
    assert "elsewhere" in result.stdout
