"""Runs inside the Rasa environment: a command of ours, with every attempt to reach another machine written down.

`python recorded_connections.py <file> <module> [arguments]`. Looking up a name counts as an attempt.
"""
# mypy: ignore-errors
# It runs in the Rasa environment, which the service's type checker does not see.

import runpy
import sys

REPORT, MODULE = sys.argv[1], sys.argv[2]
sys.argv = [MODULE, *sys.argv[3:]]


def record(event: str, arguments: tuple) -> None:
    """An audit hook: nothing in this process can connect without passing here."""
    address = None
    if event == "socket.connect":
        address = arguments[1][0] if isinstance(arguments[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[0]
    if address not in (None, "", "127.0.0.1", "::1", "localhost"):
        with open(REPORT, "a", encoding="utf-8") as file:
            file.write(f"{event} {address}\n")


sys.addaudithook(record)
runpy.run_module(MODULE, run_name="__main__", alter_sys=True)
