"""How this service logs: one JSON line an event on standard error, through the redaction filter as the last step.
Libraries may say that something happened and where, never what."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from types import TracebackType

import structlog

from bot.privacy.redaction import ForeignLogFormatter, redact_event

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logs(level: str) -> None:
    """Set up structlog, the standard library's logging, warnings and uncaught exceptions."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact_event,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ForeignLogFormatter())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.lastResort = handler
    logging.raiseExceptions = False  # a handler that cannot write would print the record, with its arguments
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    sys.excepthook = _log_uncaught
    sys.unraisablehook = lambda lost: _log_lost(lost.exc_type, lost.exc_value)
    threading.excepthook = lambda lost: _log_lost(lost.exc_type, lost.exc_value)


def _log_uncaught(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """An uncaught exception is named, without its message: that may quote a text."""
    if not issubclass(kind, KeyboardInterrupt):
        _log_lost(kind, error)


def _log_lost(kind: type[BaseException], error: BaseException | None) -> None:
    """The same for one in a thread, or in the destruction of an object: Python itself would print its message."""
    trace = error.__traceback__ if error else None
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else "unknown"
    structlog.get_logger("process").error("uncaught", error=kind.__name__, where=where)
