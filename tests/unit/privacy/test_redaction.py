"""The last filter before a log line: what is not known to be harmless does not pass."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import timedelta
from uuid import UUID

import pytest

from bot.privacy.redaction import REDACTED, ForeignLogFormatter, harmless, redact_event

MARKER = "MARKER-7f3a"
PASSES = {
    "a coded word": ("error", "DatabaseDownError"),
    "a number": ("count", 3),
    "a boolean": ("status", True),
    "nothing": ("reason", None),
    "an id": ("conversation_id", UUID(int=1)),
    "a fraction": ("seconds", 0.5),
    "a place in our code": ("where", "inbox_loop.py:12"),
}
STOPPED = {
    "an unknown key": ("text", "word"),
    "an unknown key with a number": ("phone", 85512345678),
    "a sentence": ("reason", "help me please"),
    "a telephone number": ("reason", "+85512345678"),
    "a number in words": ("name", "855 12 345 678"),
    "another script": ("name", "សុខា"),
    "a list": ("reason", ["kind_help"]),
    "a mapping": ("state", {"slots": MARKER}),
    "an exception": ("error", ValueError(MARKER)),
    "bytes": ("error", b"raw"),
    "a long word": ("name", "x" * 65),
    "a word with a newline": ("error", "Error\n"),
    "an object with a talkative repr": ("cause", type("Talkative", (), {"__repr__": lambda self: MARKER})()),
}


@pytest.mark.parametrize(("key", "value"), PASSES.values(), ids=PASSES)
def test_harmless_values_pass(key: str, value: object) -> None:
    assert harmless(key, value) == value


@pytest.mark.parametrize(("key", "value"), STOPPED.values(), ids=STOPPED)
def test_everything_else_is_replaced(key: str, value: object) -> None:
    assert harmless(key, value) == REDACTED
    assert redact_event(None, "info", {"event": "it", key: value}) == {"event": "it", key: REDACTED}


def test_a_length_of_time_becomes_seconds() -> None:
    assert harmless("seconds", timedelta(seconds=2)) == 2.0


def _record(error: BaseException | None = None) -> logging.LogRecord:
    info = (type(error), error, None) if error else None
    return logging.LogRecord("httpx", logging.INFO, "/x/client.py", 7, "GET %s", (f"bot{MARKER}",), info, sinfo=MARKER)


def test_a_librarys_message_is_never_printed() -> None:
    assert ForeignLogFormatter().format(_record()) == "INFO httpx client:7"


def test_a_librarys_exception_is_named_with_its_causes_and_without_its_words() -> None:
    error = ValueError(MARKER)
    error.__cause__ = KeyError(MARKER)
    assert ForeignLogFormatter().format(_record(error)) == "INFO httpx client:7 ValueError <- KeyError"


WAYS_OUT = {
    "an event of ours": "structlog.get_logger().info('event', text=M, reason=M + ' ' + M)",
    "an event of ours with an exception": "structlog.get_logger().exception('event', exc_info=ValueError(M))",
    "a library's log": "logging.getLogger('httpx').error('%s', M)",
    "a library's log that does not fit its arguments": "logging.getLogger('httpx').error('%d %d', M)",
    "a warning": "import warnings; warnings.warn(M)",
    "an uncaught exception": "raise ValueError(M)",
    "an uncaught exception with a cause": "raise KeyError(M) from ValueError(M)",
    "an exception in a thread": "t = threading.Thread(target=lambda: int(M)); t.start(); t.join()",
    "an exception while an object is destroyed": "D()",
    "a task whose exception nobody asked for": "import asyncio, gc\n"
    "async def bad(): raise ValueError(M)\n"
    "async def main():\n asyncio.create_task(bad())\n await asyncio.sleep(0.01)\n gc.collect()\n"
    "asyncio.run(main())",
}
_BEGINNING = """
import logging, sys, threading, structlog
from bot.privacy.logs import configure_logs
configure_logs("debug")
M = "".join(["MARKER", "-7f3a"])
class D:
    def __del__(self): raise ValueError(M)
"""


@pytest.mark.parametrize("way_out", WAYS_OUT.values(), ids=WAYS_OUT)
def test_a_process_says_that_something_happened_and_never_what(way_out: str) -> None:
    process = subprocess.run(
        [sys.executable, "-c", _BEGINNING + way_out], capture_output=True, text=True, timeout=60, check=False
    )
    assert process.stderr.strip(), "nothing was logged at all"
    assert MARKER not in process.stderr + process.stdout
