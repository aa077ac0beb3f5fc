"""The file in which the service keys lie: written once, for its owner alone, and refused when others can read it."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from bot.errors import ConfigurationError
from bot.privacy.sealing import ServiceKeys

_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_private_file(path: Path, content: str, *, replace: bool = False) -> None:
    """Write a file only its owner can read, completely or not at all, and sync it to the disk.

    Raises FileExistsError when it exists and must not be replaced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            unfinished.replace(path)
        else:
            path.hardlink_to(unfinished)  # unlike a rename, fails when somebody else was first
    finally:
        unfinished.unlink(missing_ok=True)


def create_service_keys(path: Path) -> None:
    """Make new service keys. Raises ConfigurationError when there are some: what they sealed would be lost for ever."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(PermissionError):  # a folder of somebody else's is the operator's own choice
        path.parent.chmod(0o700)
    try:
        write_private_file(path, ServiceKeys.generate().to_json())
    except FileExistsError:
        raise ConfigurationError(f"{path} exists; without it nothing that is stored can be read again") from None


def load_service_keys(path: Path) -> ServiceKeys:
    """Read the service keys. Raises ConfigurationError when they are missing, damaged or readable by others."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise ConfigurationError(f"there are no service keys at {path}; make them with `sampan keys init`") from None
    if mode & _READABLE_BY_OTHERS:
        raise ConfigurationError(f"{path} can be read by other users of this machine; run `chmod 600 {path}`")
    return ServiceKeys.from_json(path.read_text(encoding="utf-8"))
