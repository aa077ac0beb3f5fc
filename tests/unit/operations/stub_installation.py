"""A copy of the project in which the service and Rasa are stubs: what remains is the supervisor itself."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.rules.source_files import ROOT

STUB_SERVER = '''"""A process that answers /health."""
import http.server
import sys


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def answer(port: int) -> None:
    http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
'''
STUB_WIRING = '''"""Instead of the service."""
import asyncio
from bot.settings import Settings
from bot.stub_server import answer


Parts = str


async def serve(settings: Settings, parts: Parts) -> None:
    assert settings.sandbox.enabled and settings.sandbox.secret and settings.database_url
    await asyncio.to_thread(answer, settings.port)
'''
STUB_TRAIN = '''"""Instead of training."""
import os, pathlib, sys
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
assert not [name for name in os.environ if name.startswith("SAMPAN")], "Rasa must not see settings"
print("training 1/1", flush=True)
(out / "stub.tar.gz").write_bytes(b"")
print(out / "stub.tar.gz", flush=True)
print("a library's closing warning", file=sys.stderr)
'''
STUB_SERVE = '''"""Instead of Rasa."""
import sys
sys.path.insert(0, "bot")
from stub_server import answer
answer(int(sys.argv[sys.argv.index("--port") + 1]))
'''


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(kw_only=True)
class StubInstallation:
    """The copy, its ports, and the processes started from it."""

    folder: Path
    port: int = field(default_factory=free_port)
    rasa_port: int = field(default_factory=free_port)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "var"

    def create(self) -> None:
        """Copy the project and put the stubs in."""
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "bot", self.folder / "bot", ignore=ignored)
        (self.folder / "bot" / "stub_server.py").write_text(STUB_SERVER)
        (self.folder / "bot" / "wiring.py").write_text(STUB_WIRING)
        (self.folder / "nlu" / ".venv" / "bin").mkdir(parents=True)
        (self.folder / "nlu" / "__init__.py").touch()
        (self.folder / "nlu" / "train.py").write_text(STUB_TRAIN)
        (self.folder / "nlu" / "serve.py").write_text(STUB_SERVE)
        python = self.folder / "nlu" / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)

    def sampan(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a command of this installation."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder),
            "SAMPAN_DATA_DIR": str(self.data),
            "SAMPAN_PORT": str(self.port),
            "SAMPAN_CONSOLE_PORT": str(free_port()),
            "SAMPAN_RASA_PORT": str(self.rasa_port),
            **more,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def processes(self) -> list[str]:
        """Command lines of everything that runs from this copy."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in line or f"--port {self.rasa_port}" in line or self._is_service(entry):
                found.append(f"{entry.parent.name} {line}")
        return found

    def pid_of(self, part: str) -> int:
        """The process whose command line contains `part`."""
        return next(int(line.split()[0]) for line in self.processes() if part in line)

    def _is_service(self, entry: Path) -> bool:
        try:
            return f"SAMPAN_DATA_DIR={self.data}".encode() in (entry.parent / "environ").read_bytes()
        except OSError:
            return False

    def destroy(self) -> None:
        """Kill what a failed test left."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def wait_for_line(process: subprocess.Popen[str], start: str) -> str:
    """The first line of the output that begins with `start`; fails with the whole output when there is none."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith(start):
            return line.strip()
    raise AssertionError("".join(seen))


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 40) -> None:
    """Poll for something another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
