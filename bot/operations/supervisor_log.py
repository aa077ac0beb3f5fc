"""The supervisor's own log: which process started, ended, was started again. Event names, ids and codes only."""

from __future__ import annotations

import io

import structlog

from bot.operations.installation import log_folder
from bot.operations.tethered_process import open_log
from bot.privacy.redaction import redact_event
from bot.settings import Settings


def log_to_file(settings: Settings) -> None:
    """Send structlog's events of this process to logs/events.log, one JSON object a line."""
    log = io.TextIOWrapper(open_log(log_folder(settings) / "events.log"), encoding="utf-8", line_buffering=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact_event,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(file=log),
    )
