"""`sampan rasa shell` talks through the turn that is served."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.rasa_environment.served_model import PYTHON, ROOT, model_path


@pytest.mark.rasa
def test_the_shell_takes_turns_and_a_typed_slash_sets_no_intent() -> None:
    command = [str(PYTHON), "-m", "nlu.rasa_command", "shell", "--model", str(model_path()), "--language", "en"]
    talk = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input="hello\n/told_who\nyes\n",
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    said = [line.split()[1] for line in talk.stdout.splitlines() if line.strip().startswith("says")]
    assert said[0] == "utter_ask_safe_now"
    assert "utter_who" in said
    assert "utter_wiped" not in said
