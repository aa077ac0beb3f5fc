"""The service keys' file: made once, for one pair of eyes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.operations.service_keys import ensure_keys, init_keys
from bot.privacy.keys_file import load_service_keys, write_private_file
from bot.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path)


def test_keys_are_made_for_their_owner_alone_and_read_back(settings: Settings) -> None:
    init_keys(settings)
    assert settings.keys_path.stat().st_mode & 0o777 == 0o600
    assert settings.keys_path.parent.stat().st_mode & 0o777 == 0o700
    assert len(load_service_keys(settings.keys_path).wrapping) == 32


def test_keys_that_exist_are_never_overwritten(settings: Settings) -> None:
    init_keys(settings)
    before = settings.keys_path.read_bytes()
    with pytest.raises(ConfigurationError, match="exists"):
        init_keys(settings)
    ensure_keys(settings)
    assert settings.keys_path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601], ids=oct)
def test_keys_that_others_can_read_are_refused(settings: Settings, mode: int) -> None:
    init_keys(settings)
    settings.keys_path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_service_keys(settings.keys_path)


def test_missing_keys_are_named(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="sampan keys init"):
        load_service_keys(settings.keys_path)


def test_no_half_written_file_stays_behind(tmp_path: Path) -> None:
    write_private_file(tmp_path / "a", "one")
    with pytest.raises(FileExistsError):
        write_private_file(tmp_path / "a", "two")
    write_private_file(tmp_path / "a", "three", replace=True)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "three")]
