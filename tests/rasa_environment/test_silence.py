"""Nothing that a person writes leaves the Rasa process but in its answer, whatever breaks, at any log level."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.rasa_environment.served_model import PYTHON, ROOT, ServedModel, model_path, run_inside

pytestmark = pytest.mark.rasa

MARKER = "marker"
WRITTEN = f"{MARKER} poipet"
BROKEN_SERVER = "tests/rasa_environment/broken_server.py"


def _post(server: ServedModel, text: str) -> tuple[int, bytes]:
    with server.client() as client:
        response = client.post("/turn", json={"state": None, "text": text, "language": "en", "channel": "sms"})
        return response.status_code, response.content


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_a_turn_leaves_no_word_in_the_log(level: str) -> None:
    server = ServedModel("--log-level", level)
    try:
        status, content = _post(server, WRITTEN)
    finally:
        server.stop()
    assert status == 200
    assert MARKER.encode() in content, "the fact is in the answer, or the test proves nothing"
    assert "serving model" in "".join(server.log)
    assert MARKER not in "".join(server.log)
    assert "poipet" not in "".join(server.log)


@pytest.mark.parametrize(
    ("part", "text", "level"),
    [
        ("classifier", WRITTEN, "DEBUG"),
        ("classifier", WRITTEN, "INFO"),
        ("action", "person", "DEBUG"),
        ("generator", WRITTEN, "DEBUG"),
        ("endless", "person", "INFO"),
    ],
)
def test_a_broken_part_is_a_bare_500_and_no_word_in_the_log(part: str, text: str, level: str) -> None:
    server = ServedModel("--log-level", level, module=(BROKEN_SERVER, part))
    try:
        with server.client() as client:
            state = client.post(
                "/turn", json={"state": None, "text": "hello", "language": "en", "channel": "sms"}
            ).json()["state"]
            state["slots"]["details"] = WRITTEN
            body = {"state": state, "text": text, "language": "en", "channel": "sms"}
            response = client.post("/turn", json=body)
        assert (response.status_code, response.content) == (500, b"")
        assert _post(server, "hello")[0] == 200, "one failed turn breaks no other"
    finally:
        server.stop()
    log = "".join(server.log)
    assert "turn failed" in log
    assert MARKER not in log
    assert "poipet" not in log


def test_a_turn_that_says_and_does_nothing_is_refused() -> None:
    server = ServedModel(module=(BROKEN_SERVER, "empty"))
    slots = {"safe_now": True, "told_who": 3, "filed": True}
    state = {"v": 1, "slots": slots, "loop": None, "requested_slot": None, "rejected": False, "recent": []}
    try:
        with server.client() as client:
            response = client.post("/turn", json={"state": state, "text": "person", "language": "en"})
    finally:
        server.stop()
    assert response.status_code == 500


@pytest.mark.timeout(480)  # trains a whole model
def test_training_and_serving_reach_no_other_machine(tmp_path: Path) -> None:
    report = tmp_path / "connections"
    recorded = ("tests/rasa_environment/recorded_connections.py", str(report))
    run_inside(*recorded, "nlu.train", "--out", str(tmp_path / "models"), timeout=420)  # a whole training
    server = ServedModel(module=(*recorded, "nlu.serve"))
    try:
        assert _post(server, "hello")[0] == 200
    finally:
        server.stop()
    assert not report.exists(), report.read_text()


def test_the_recorder_of_connections_sees_one(tmp_path: Path) -> None:
    report = tmp_path / "connections"
    (tmp_path / "caller.py").write_text(
        "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 9), 0.01)\nexcept OSError:\n    pass\n"
    )
    recorder = ROOT / "tests/rasa_environment/recorded_connections.py"
    subprocess.run([PYTHON, recorder, str(report), "caller"], cwd=tmp_path, env={"PYTHONPATH": "."}, check=True)
    assert "192.0.2.1" in report.read_text()


def test_telemetry_and_error_reporting_are_off_in_the_code_too() -> None:
    script = (
        "import nlu.quiet as quiet; quiet.no_calling_home(); import rasa.telemetry as telemetry; "
        "print(telemetry.is_telemetry_enabled(), telemetry.initialize_telemetry(), "
        "telemetry.initialize_error_reporting(), telemetry._track('event'))"
    )
    assert run_inside("-c", script).stdout.split() == ["False", "False", "None", "None"]


def test_rasas_own_commands_run_without_tensorflow() -> None:
    validated = run_inside("-m", "nlu.rasa_command", "data", "validate", check=False)
    assert validated.returncode == 0
    parsed = run_inside("-m", "nlu.rasa_command", "test", "core", "--help", check=False)
    assert parsed.returncode == 0


def test_a_model_that_is_there_is_not_trained_again() -> None:
    again = run_inside("-m", "nlu.train", "--out", str(model_path().parent))
    assert re.fullmatch(r"model \w{16}\.tar\.gz is up to date\n", again.stdout)
