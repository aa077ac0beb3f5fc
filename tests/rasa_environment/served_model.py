"""A Rasa process of the tests' own: trained once (nothing is done when the model is there), served on a free port."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / "nlu/.venv/bin/python"
START_SECONDS, STOP_SECONDS = 90, 20
SERVING = re.compile(r"serving model (\w+) on 127\.0\.0\.1:(\d+)")


def run_inside(*arguments: str, timeout: float = 110, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the Rasa environment's Python from the project's root, and return what it printed."""
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", ""), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [PYTHON, "-W", "ignore", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=check,
    )


@cache
def model_path() -> Path:
    """The model of the sources as they are."""
    folder = Path(os.environ.get("SAMPAN_DATA_DIR", ROOT / "var")) / "models"
    run_inside("-m", "nlu.train", "--out", str(folder), timeout=420)  # trained once, whole
    printed = run_inside(
        "-c", "from pathlib import Path; from nlu.fingerprint import fingerprint; print(fingerprint(Path()))"
    )
    return folder / f"{printed.stdout.strip()}.tar.gz"


class ServedModel:
    """One server process; `log` is all it wrote to standard output and standard error."""

    def __init__(self, *options: str, module: Sequence[str] = ("-m", "nlu.serve")) -> None:
        self.log: list[str] = []
        self._serving = threading.Event()
        self.port = 0
        self.process = subprocess.Popen(
            [PYTHON, *module, "--model", str(model_path()), "--port", "0", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._serving.wait(START_SECONDS) or self.port == 0:
            self.stop()
            raise RuntimeError("the model was not served: " + "".join(self.log[-5:]))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(line)
            found = SERVING.search(line)
            if found:
                self.port = int(found[2])
                self._serving.set()
        self._serving.set()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        """A client that ignores proxies."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def stop(self) -> None:
        """End the process and wait for its last words."""
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:  # a busy machine; what was found with it must not be lost for that
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=5)
        if self.process.stdout is not None:
            self.process.stdout.close()
