"""One supervisor per data folder, and ports that are free: found out before anything is started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from bot.errors import ConfigurationError
from bot.settings import Settings


class AlreadyRunningError(ConfigurationError):
    """Another supervisor holds this data folder."""

    exit_code = 3


@contextlib.contextmanager
def only_one(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock; the system lets go of it even after kill -9. Raises AlreadyRunningError."""
    path = settings.data_dir / "supervisor.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(path)
        os.close(descriptor)
        address = f"http://{settings.host}:{settings.port}/"
        raise AlreadyRunningError(
            f"Sampan runs already in {settings.data_dir}{holder}; it should answer at {address}. Stop it first, or "
            "choose another folder with SAMPAN_DATA_DIR and other ports."
        ) from None
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        os.close(descriptor)


def check_ports_are_free(settings: Settings, *, with_rasa: bool = True) -> None:
    """Raise ConfigurationError that names each port in use and the setting that moves it."""
    wanted = [
        ("SAMPAN_PORT", settings.host, settings.port),
        ("SAMPAN_CONSOLE_PORT", settings.console_host, settings.console_port),
    ]
    if with_rasa:
        wanted.append(("SAMPAN_RASA_PORT", "127.0.0.1", settings.rasa_port))
    taken = [f"{port} ({name})" for name, host, port in wanted if not _is_free(host, port)]
    if taken:
        raise ConfigurationError(
            f"in use by another program: port {', '.join(taken)}. Stop that program, or set the variable in brackets "
            "to another port."
        )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _holder(path: Path) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int(path.read_text())})"
    return ""
