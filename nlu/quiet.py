"""Keeps what people write out of every log, and keeps Rasa from calling home.

Rasa logs message texts at ERROR on a failure and in plain at DEBUG, and slot values as warnings. Two layers stand
against that: a formatter that never renders a foreign log record (`silence_logs`), and, once a server is up, file
descriptors 1 and 2 that lead nowhere (`own_log_only`). Import this module before anything of Rasa.
"""

import logging
import os
import sys
import warnings
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import structlog

OWN_LOGGER = "nlu"

# Read by Rasa and by the Sentry client when they are imported.
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["RASA_TELEMETRY_DEBUG"] = "false"
os.environ["SENTRY_DSN"] = ""
os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # what was trained once is known by its sources (nlu/fingerprint.py)
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
warnings.simplefilter("ignore")  # dozens of deprecations in Rasa's dependencies, none of them ours to act on


def without_words(error: BaseException | None) -> str:
    """An exception told by its classes and places only; its message may quote what a person wrote."""
    parts: list[str] = []
    while error is not None and len(parts) < 5:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
        parts.append(f"{type(error).__name__}@{where}")
        error = error.__cause__ or error.__context__
    return " <- ".join(parts)


class WordlessFormatter(logging.Formatter):
    """Renders our own records; of anybody else's only the logger's name, the place and the exception's class."""

    def format(self, record: logging.LogRecord) -> str:
        stamp = self.formatTime(record)
        if record.name == OWN_LOGGER:
            return f"{stamp} {record.levelname} {record.getMessage()}"
        error = record.exc_info[1] if record.exc_info else None
        detail = f" {without_words(error)}" if error else ""
        return f"{stamp} {record.levelname} {record.name} {record.module}:{record.lineno}{detail}"


def _drop(logger: object, method: str, event: dict[str, Any]) -> dict[str, Any]:
    raise structlog.DropEvent


def _wordless_excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger(OWN_LOGGER).critical("stopped: %s", without_words(error))


def silence_logs(stream: IO[str] | None = None) -> None:
    """Give the root logger one handler with a wordless formatter, and take away every other way out.

    It may be called again after Rasa has configured logging its own way.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(WordlessFormatter())
    for logger in [logging.getLogger(), *map(logging.getLogger, list(logging.Logger.manager.loggerDict))]:
        logger.handlers = []
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger(OWN_LOGGER).setLevel(logging.INFO)
    # A form that leaves a command to the rules is no error, though Rasa logs it as one; failures are logged elsewhere.
    logging.getLogger("rasa.core.actions.action").setLevel(logging.CRITICAL)
    # Rasa's structured records hold texts and slot values as they are; unconfigured, structlog prints them all.
    structlog.configure(
        processors=[_drop],
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        cache_logger_on_first_use=False,
    )
    logging.lastResort = None
    logging.captureWarnings(True)
    warnings.simplefilter("ignore")
    sys.excepthook = _wordless_excepthook


def own_log_only() -> None:
    """Send file descriptors 1 and 2 nowhere; our own log goes on over a duplicate of the old standard error."""
    kept = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    silence_logs(kept)


def no_calling_home() -> None:
    """Turn telemetry and error reporting off in Rasa's code as well, whatever a file on this machine says."""
    import rasa.telemetry as telemetry

    def nothing(*args: object, **kwargs: object) -> None:
        return None

    telemetry.is_telemetry_enabled = lambda: False
    telemetry.initialize_telemetry = lambda: False
    telemetry.initialize_error_reporting = nothing
    telemetry._track = nothing
