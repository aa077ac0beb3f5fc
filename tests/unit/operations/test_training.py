"""Which model the last lines of a training run name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.operations.training import model_named_in, newest_model
from bot.settings import Settings


@pytest.mark.parametrize(
    ("output", "found"),
    [
        pytest.param("epoch 1\n{model}\n", True, id="a path"),
        pytest.param("loading\ntrained ab12.tar.gz in 9 s\n", True, id="a name"),
        pytest.param("{model}\nWarning: something\n\n", True, id="a warning after it"),
        pytest.param("cd34.tar.gz\n", False, id="no such file"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_the_model_is_the_last_one_named_that_exists(tmp_path: Path, output: str, found: bool) -> None:
    model = tmp_path / "ab12.tar.gz"
    model.touch()
    assert model_named_in(output.format(model=model), tmp_path) == (model if found else None)


def test_without_models_there_is_no_newest(tmp_path: Path) -> None:
    assert newest_model(Settings(_env_file=None, data_dir=tmp_path)) is None
