"""The bootstrap script: which Python 3.10 it takes, when it does nothing, and what it says when it cannot go on."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.rules.source_files import ROOT


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module whose tools go to a temporary folder."""
    specification = importlib.util.spec_from_file_location("bootstrap", ROOT / "deploy" / "bootstrap.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(module, "TOOLS", tmp_path / "tools")
    return module


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_shim_that_fails_when_called_is_passed_over(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "shims" / "python3.10", "echo 'version 3.10 is not active' >&2; exit 127")
    real = program(tmp_path / "pyenv" / "versions" / "3.10.13" / "bin" / "python", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'shims'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(bootstrap, "python_310_candidates", only_below(bootstrap, tmp_path))
    assert bootstrap.rasa_python() == real


def test_without_any_python_310_the_error_names_three_ways_out(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "bin" / "uv", "exit 2")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(bootstrap, "python_310_candidates", only_below(bootstrap, tmp_path))
    with pytest.raises(bootstrap.BootstrapError) as refusal:
        bootstrap.rasa_python()
    assert all(f"\n  {number}. " in str(refusal.value) for number in (1, 2, 3))


def only_below(bootstrap: ModuleType, folder: Path) -> object:
    """The script's own candidates, without those this machine happens to have."""
    original = bootstrap.python_310_candidates
    return lambda: (path for path in original() if path.is_relative_to(folder))


def test_an_environment_is_current_only_for_the_lock_file_and_the_place_it_was_made_from(
    bootstrap: ModuleType, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    program(folder / ".venv" / "bin" / "python", f'exec {sys.executable} "$@"')
    for name in ("pyproject.toml", "uv.lock"):
        (folder / name).write_text("one")
    assert not bootstrap.is_current(folder)
    bootstrap.stamp(folder).write_text(bootstrap.fingerprint(folder))
    assert bootstrap.is_current(folder)
    (folder / "uv.lock").write_text("two")
    assert not bootstrap.is_current(folder)
    bootstrap.stamp(folder).write_text(bootstrap.fingerprint(folder))
    folder.rename(tmp_path / "moved")
    assert not bootstrap.is_current(tmp_path / "moved")


def test_a_step_that_fails_shows_what_the_command_said(
    bootstrap: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = program(tmp_path / "failing", "echo no room on the disk; exit 1")
    with pytest.raises(bootstrap.BootstrapError, match="Trying: failed"):
        bootstrap.run([str(failing)], "Trying")
    assert "no room on the disk" in capsys.readouterr().err


def test_the_callers_own_settings_reach_uv_and_pip(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", "/var/cache/uv")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_PROJECT_ENVIRONMENT", "/elsewhere")
    environment = bootstrap.environment()
    assert (environment["UV_CACHE_DIR"], environment["PIP_NO_INDEX"]) == ("/var/cache/uv", "1")
    assert "UV_PROJECT_ENVIRONMENT" not in environment
