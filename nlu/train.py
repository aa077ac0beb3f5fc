"""Trains the dialogue model: `python -m nlu.train --out <folder>` writes `<folder>/<fingerprint>.tar.gz`.

Run from the project's root. It says what it does in a line each, and is done at once when the model is there already.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

from nlu.fingerprint import fingerprint

ROOT = Path()


def say(line: str) -> None:
    """A line of progress for the person who waits."""
    print(line, flush=True)  # noqa: T201


@contextlib.contextmanager
def silent() -> Iterator[None]:
    """Swallow Rasa's progress bars, hundreds of lines of them; errors are raised, not printed."""
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        yield


def in_one_file(folder: Path) -> Path:
    """All examples as one file: Rasa merges file after file and copies all it has so far each time."""
    blocks = []
    for source in sorted(Path("nlu/data").glob("*/*.yml")):
        _, marker, body = source.read_text(encoding="utf-8").partition("\nnlu:\n")
        if not marker:
            raise ValueError(f"{source} has no line `nlu:`")
        blocks.append(textwrap.dedent(body).rstrip("\n") + "\n")
    whole = folder / "nlu.yml"
    whole.write_text('version: "3.1"\nnlu:\n' + "".join(blocks), encoding="utf-8")
    return whole


def train(out: Path) -> Path:
    """Train unless done before; return the model's path. Raises RuntimeError when Rasa trains nothing."""
    model = out / f"{fingerprint(ROOT)}.tar.gz"
    if model.exists():
        model.touch()  # the newest file is the one to serve
        say(f"model {model.name} is up to date")
        return model
    say("loading Rasa")
    started = time.monotonic()
    import rasa.model_training

    import nlu.quiet as quiet  # before Rasa

    quiet.no_calling_home()
    quiet.silence_logs()
    sys.excepthook = sys.__excepthook__  # examples are no secrets; whoever trains needs the whole error
    out.mkdir(parents=True, exist_ok=True)
    say(f"training {model.name}")
    with tempfile.TemporaryDirectory(dir=out) as folder, silent():
        result = rasa.model_training.train(
            domain="domain.yml",
            config="config.yml",
            training_files=[str(in_one_file(Path(folder))), "stories"],
            output=folder,
            fixed_model_name="model",
            force_training=True,
        )
        if not result.model:
            raise RuntimeError("nothing was trained")
        os.replace(result.model, model)  # whole or not at all: another process may be looking
    say(f"trained {model.name} in {time.monotonic() - started:.0f} s")
    return model


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.train", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for models")
    arguments = parser.parse_args()
    train(arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
