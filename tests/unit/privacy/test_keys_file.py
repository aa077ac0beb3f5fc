"""The keys file: its owner's alone, written once, refused when others may read it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.privacy.keys_file import create_service_keys, load_service_keys, write_private_file


def test_keys_are_made_for_their_owner_alone_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "service.json"
    create_service_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert load_service_keys(path) == load_service_keys(path)
    assert [each.name for each in path.parent.iterdir()] == ["service.json"]


def test_keys_are_never_made_twice(tmp_path: Path) -> None:
    path = tmp_path / "service.json"
    create_service_keys(path)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError):
        create_service_keys(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777], ids=oct)
def test_a_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "service.json"
    create_service_keys(path)
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_service_keys(path)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="sampan keys init"):
        load_service_keys(tmp_path / "none.json")


def test_a_private_file_is_replaced_only_when_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private_file(path, "one")
    with pytest.raises(FileExistsError):
        write_private_file(path, "two")
    assert path.read_text() == "one"
    write_private_file(path, "three", replace=True)
    assert path.read_text() == "three"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
