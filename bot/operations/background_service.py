"""A running service for a command that needs one: the one that is there, else a demo of its own, ended afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

from bot.errors import ConfigurationError
from bot.operations.installation import PROJECT_ROOT, load_settings, log_folder
from bot.operations.progress import Progress
from bot.operations.single_instance import AlreadyRunningError
from bot.operations.supervisor import is_healthy, refuse_demo_on_real_installation
from bot.operations.tethered_process import ProcessPlan, spawn, stop
from bot.settings import Settings

_START_TIMEOUT = timedelta(minutes=10)  # the first start trains the model
_STOP_TIMEOUT = timedelta(seconds=20)  # longer than the supervisor gives its own children
_POLL_S = 0.1
_RETRY_S = 1.0


@contextlib.contextmanager
def running_service(settings: Settings) -> Iterator[str]:
    """The sandbox's secret of a service that answers. Raises ConfigurationError when none can be had."""
    if is_healthy(_health_address(settings)):
        yield _secret()
        return
    refuse_demo_on_real_installation(settings, demo=True)
    plan = _demo_plan(settings)
    process = spawn(plan)
    progress = Progress()
    progress.begin("Starting Sampan")
    try:
        deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
        while not _is_ready(settings):
            progress.tick()
            ended = process.poll()
            if ended == AlreadyRunningError.exit_code:
                # Somebody else is starting it, or stopping it: use theirs, or try again.
                time.sleep(_RETRY_S)
                process, ended = spawn(plan), None
            if ended is not None or time.monotonic() > deadline:
                progress.fail()
                raise ConfigurationError(f"Sampan did not start; see {plan.log_file}")
            time.sleep(_POLL_S)
        progress.end()
        yield _secret()
    finally:
        progress.fail()
        stop(process, signal.SIGTERM, _STOP_TIMEOUT)


def _demo_plan(settings: Settings) -> ProcessPlan:
    return ProcessPlan(
        name="supervisor",
        command=[sys.executable, "-m", "bot", "demo"],
        environment={**os.environ, "SAMPAN_DATA_DIR": str(settings.data_dir)},
        folder=PROJECT_ROOT,
        log_file=log_folder(settings) / "supervisor.log",
    )


def _is_ready(settings: Settings) -> bool:
    rasa = f"http://127.0.0.1:{settings.rasa_port}/health"
    return is_healthy(_health_address(settings)) and is_healthy(rasa)


def _health_address(settings: Settings) -> str:
    return f"http://{settings.host}:{settings.port}/health"


def _secret() -> str:
    secret = load_settings().sandbox.secret  # read again: a first start has just made it
    if secret is None:
        raise ConfigurationError("the sandbox is not enabled in this installation")
    return secret.get_secret_value()
