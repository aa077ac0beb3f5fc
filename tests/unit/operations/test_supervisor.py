"""`sampan demo` as a person meets it: it says ready, mends itself, ends cleanly, and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.unit.operations.stub_installation import StubInstallation, free_port, wait_for_line, wait_until

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def installation() -> Iterator[StubInstallation]:
    folder = Path(tempfile.mkdtemp(prefix="sampan-test-"))
    folder.chmod(0o755)
    made = StubInstallation(folder=folder)
    made.create()
    yield made
    made.destroy()
    wait_until(lambda: made.processes() == [], "processes were left behind")
    shutil.rmtree(folder)


def test_the_demo_says_ready_ends_without_a_trace_and_finds_everything_again(installation: StubInstallation) -> None:
    kept = []
    for ending in (signal.SIGINT, signal.SIGTERM):
        demo = installation.sampan("demo")
        assert wait_for_line(demo, "ready") == f"ready http://127.0.0.1:{installation.port}/"
        assert _answers(installation.port)
        assert (installation.data / "keys" / "service.json").stat().st_mode & 0o777 == 0o600
        files = (installation.data / "keys" / "service.json", installation.data / "postgres" / "password")
        kept.append([file.read_text() for file in files])
        demo.send_signal(ending)
        assert demo.wait(40) == 0
        assert installation.processes() == []
    assert kept[0] == kept[1]


def test_a_killed_process_is_started_again(installation: StubInstallation) -> None:
    demo = installation.sampan("demo")
    wait_for_line(demo, "ready")
    for part in ("run service", "nlu.serve", "/bin/postgres -D"):
        killed = installation.pid_of(part)
        os.kill(killed, signal.SIGKILL)

        def is_back(part: str = part, killed: int = killed) -> bool:
            return any(part in line and not line.startswith(f"{killed} ") for line in installation.processes())

        wait_until(is_back, f"{part} did not come back")
    wait_until(lambda: _answers(installation.port) and _answers(installation.rasa_port), "no answer after the kills")


def test_killing_the_supervisor_ends_everything(installation: StubInstallation) -> None:
    demo = installation.sampan("demo")
    wait_for_line(demo, "ready")
    demo.kill()
    demo.wait()
    wait_until(lambda: installation.processes() == [], "processes outlived the supervisor")
    again = installation.sampan("demo")
    wait_for_line(again, "ready")


def test_another_demo_is_told_why_it_cannot_start(installation: StubInstallation) -> None:
    wait_for_line(installation.sampan("demo"), "ready")
    same_folder = installation.sampan("demo")
    output, _ = same_folder.communicate(timeout=60)
    assert same_folder.returncode == 3
    assert "Sampan runs already" in output
    elsewhere = str(installation.folder / "other")
    same_port = installation.sampan("demo", SAMPAN_DATA_DIR=elsewhere, SAMPAN_RASA_PORT=str(free_port()))
    output, _ = same_port.communicate(timeout=60)
    assert same_port.returncode == 1
    assert f"port {installation.port} (SAMPAN_PORT)" in output


def test_a_real_installation_does_not_start_without_keys(installation: StubInstallation) -> None:
    run = installation.sampan("run")
    output, _ = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "sampan keys init" in output


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
