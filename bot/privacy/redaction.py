"""The last filter before a log line leaves: only event names, ids and coded values pass. It fails closed: what is
not known to be harmless is replaced. Foreign libraries' own messages never pass, only their name and place."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from typing import Any
from uuid import UUID

# A value passes when its key is listed here and it is a number, a boolean, an id, or a short coded word.
HARMLESS_KEYS = frozenset(
    "event level timestamp logger where error cause channel state kind urgency reason attempts count seconds port pid "
    "status process step loop epoch number inbox_id outbox_id alarm_id report_id page_id conversation_id responder_id "
    "contact_id file_id language engine signal parts priority name version model".split()
)
_CODED_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.:+-]{0,63}\Z")
REDACTED = "[redacted]"


def harmless(key: str, value: object) -> object:
    """The value itself when it may stand in a log under this key, else REDACTED."""
    if key not in HARMLESS_KEYS:
        return REDACTED
    if value is None or isinstance(value, bool | int | float | UUID):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, str) and (key in ("timestamp", "where") or _CODED_WORD.match(value)):
        return value
    return REDACTED


def redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """structlog processor, the last before rendering."""
    return {key: harmless(key, value) for key, value in event.items()}


class ForeignLogFormatter(logging.Formatter):
    """Formats records of libraries: never their message, which may hold a text, a number or a bot's token."""

    def format(self, record: logging.LogRecord) -> str:
        """One line: level, logger, place, and the chain of exception classes."""
        line = f"{record.levelname} {record.name} {record.module}:{record.lineno}"
        error = record.exc_info[1] if record.exc_info else None
        names: list[str] = []
        while error is not None and len(names) < 5:
            names.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        return f"{line} {' <- '.join(names)}" if names else line
