"""A dialogue model for a command that needs one: the Rasa process that is running, else one of its own, ended after."""

from __future__ import annotations

import contextlib
import signal
import socket
import time
from collections.abc import Iterator
from datetime import timedelta

from bot.errors import ConfigurationError
from bot.operations.pieces import rasa_plan
from bot.operations.progress import Progress
from bot.operations.supervisor import is_healthy
from bot.operations.tethered_process import spawn, stop
from bot.operations.training import ensure_model
from bot.settings import Settings

_START_TIMEOUT = timedelta(minutes=2)
_STOP_TIMEOUT = timedelta(seconds=5)
_POLL_S = 0.1


@contextlib.contextmanager
def running_model(settings: Settings) -> Iterator[int]:
    """The loopback port of a Rasa process that has loaded its model. Raises ConfigurationError when none can be had."""
    if is_healthy(_health(settings.rasa_port)):
        yield settings.rasa_port
        return
    progress = Progress()
    progress.begin("Training the dialogue model (only when its data changed)")
    try:
        model = ensure_model(settings, progress.tick)
        progress.begin("Starting Rasa")
        own = settings.model_copy(update={"rasa_port": _free_port()})
        plan = rasa_plan(own, model)
        process = spawn(plan)
        try:
            deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
            while not is_healthy(_health(own.rasa_port)):
                progress.tick("")
                if process.poll() is not None or time.monotonic() > deadline:
                    raise ConfigurationError(f"Rasa did not start; see {plan.log_file}")
                time.sleep(_POLL_S)
            progress.end()
            yield own.rasa_port
        finally:
            stop(process, signal.SIGTERM, _STOP_TIMEOUT)
    finally:
        progress.fail()


def _health(port: int) -> str:
    return f"http://127.0.0.1:{port}/health"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
