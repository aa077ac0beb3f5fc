"""Set up what `make` needs: uv, the bot's environment, Rasa's environment, a browser for the tests.

Runs with any Python from 3.11 and nothing but the standard library. Everything is idempotent, and done in a moment
when nothing has changed. PIP_* and UV_* variables of the caller keep their meaning.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
UV_REQUIREMENT = "uv>=0.8,<1"
RASA_PYTHON = "3.10"
SIGN_OF_LIFE_S = 5.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_PACKAGES = ("chromium", "fonts-noto-core")  # the fonts hold Thai, Khmer and Burmese

NO_PYTHON_310 = f"""Rasa needs Python {RASA_PYTHON}, and none was found or could be fetched. Three ways out:
  1. install it from your system's packages, so that `python{RASA_PYTHON}` is on the PATH;
  2. install it with pyenv: `pyenv install {RASA_PYTHON}` (it is found under ~/.pyenv/versions, active or not);
  3. let uv fetch it: `uv python install {RASA_PYTHON}` on a machine that reaches github.com, or with
     UV_PYTHON_INSTALL_MIRROR set to a mirror you trust.
Then run the same command again."""


class BootstrapError(Exception):
    """Something is missing that only the caller can provide; the message says what."""


def main(arguments: list[str]) -> int:
    """Set up the named parts."""
    parts = {"bot": set_up_bot, "nlu": set_up_nlu, "browser": set_up_browser, "peers": set_up_peers}
    unknown = [name for name in arguments if name not in parts]
    if unknown or not arguments:
        say(f"usage: bootstrap.py {' '.join(parts)}")
        return 2
    try:
        for name in arguments:
            parts[name]()
    except BootstrapError as error:
        say(str(error))
        return 1
    return 0


def set_up_bot() -> None:
    """The environment of the service and of all development tools: .venv."""
    python = [] if (ROOT / ".venv" / "bin" / "python").exists() else ["--python", sys.executable]
    sync(ROOT, "Installing the bot's environment (.venv)", python)


def set_up_nlu() -> None:
    """The environment in which Rasa trains and serves: nlu/.venv."""
    folder = ROOT / "nlu"
    if is_current(folder):
        return
    python = [] if (folder / ".venv" / "bin" / "python").exists() else ["--python", str(rasa_python())]
    sync(folder, "Installing Rasa's environment (nlu/.venv, 0.6 GB)", python)


def set_up_peers() -> None:
    """The general tools that `make bench-language` measures beside ours, into .venv."""
    run(
        [str(uv()), "sync", "--frozen", "--inexact", "--project", str(ROOT), "--group", "bench"], "Installing the peers"
    )


def sync(folder: Path, step: str, options: list[str]) -> None:
    """Bring an environment to its lock file, unless it is there already."""
    if is_current(folder):
        return
    stamp(folder).unlink(missing_ok=True)
    run([str(uv()), "sync", "--frozen", "--project", str(folder), *options], step)
    stamp(folder).write_text(fingerprint(folder))


def is_current(folder: Path) -> bool:
    """Whether the environment was made from the present lock file, in this very place."""
    python = folder / ".venv" / "bin" / "python"
    return stamp(folder).exists() and works(python) and stamp(folder).read_text() == fingerprint(folder)


def stamp(folder: Path) -> Path:
    """Remembers from what an environment was made."""
    return folder / ".venv" / "made-from"


def fingerprint(folder: Path) -> str:
    """Changes with the lock file, the project file and the place (environments cannot be moved)."""
    content = hashlib.sha256(str(folder).encode())
    for name in ("pyproject.toml", "uv.lock"):
        content.update((folder / name).read_bytes())
    return content.hexdigest()


def uv() -> Path:
    """uv: the caller's own, else one fetched with pip into .tools/ (no virtual environment, so no ensurepip)."""
    on_path = shutil.which("uv")
    if on_path:
        return Path(on_path)
    target = TOOLS / "uv"
    program = target / "bin" / "uv"
    if not works(program, "--version"):
        if not works(Path(sys.executable), "-m", "pip", "--version"):
            raise BootstrapError(f"{sys.executable} has no pip. Install pip for it (Debian: apt install python3-pip).")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(target), UV_REQUIREMENT]
        run(pip, "Fetching uv into .tools/")
    return program


def rasa_python() -> Path:
    """A Python 3.10 that works. Raises BootstrapError that names the ways out."""
    for candidate in python_310_candidates():
        if works(candidate, "-c", "import sys, venv; sys.exit(sys.version_info[:2] != (3, 10))"):
            return candidate
    try:
        run([str(uv()), "python", "install", RASA_PYTHON], f"Fetching Python {RASA_PYTHON}")
        found = subprocess.run(  # noqa: S603 - our own words only
            [str(uv()), "python", "find", "--managed-python", "--no-project", RASA_PYTHON],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    except (BootstrapError, subprocess.CalledProcessError):
        raise BootstrapError(NO_PYTHON_310) from None
    return Path(found.stdout.strip())


def python_310_candidates() -> Iterator[Path]:
    """Every python3.10 on the PATH (pyenv's shim may come first, and fail), then pyenv's own folders."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder) / f"python{RASA_PYTHON}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob(f"versions/{RASA_PYTHON}*/bin/python"), reverse=True)


def set_up_browser() -> None:
    """A Chromium, and fonts for all five languages, for the tests that look at pages."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    packages = " ".join(BROWSER_PACKAGES)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise BootstrapError(
            f"The browser tests need Chromium and fonts. On Debian: sudo apt-get install {packages}; elsewhere put "
            f"one of {', '.join(BROWSERS)} on the PATH."
        )
    run(["apt-get", "-q", "-q", "update"], "Reading the package lists")
    install = ["apt-get", "-q", "-q", "install", "--yes", "--no-install-recommends", *BROWSER_PACKAGES]
    run(install, f"Installing {packages}")


def works(program: Path, *arguments: str) -> bool:
    """Whether the program can be run. A pyenv shim of a version that is not active exists, and fails when called."""
    command = [str(program), *(arguments or ("-c", "import sys"))]
    try:
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def environment() -> dict[str, str]:
    """The caller's, without what would send both environments to the same place; a fetched Python stays with us."""
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT")}
    return {"UV_PYTHON_INSTALL_DIR": str(TOOLS / "python"), "DEBIAN_FRONTEND": "noninteractive", **kept}


def run(command: list[str], step: str) -> None:
    """Run a command; its output goes to a file that is shown when it fails, a sign of life to the terminal."""
    say(f"{step} …")
    started = said = time.monotonic()
    TOOLS.mkdir(exist_ok=True)
    output = TOOLS / "last-step.log"
    with output.open("wb") as log:
        process = subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        while process.poll() is None:
            time.sleep(0.1)
            if time.monotonic() - said > SIGN_OF_LIFE_S:
                said = time.monotonic()
                say(f"  {said - started:.0f} s {last_line(output)}")
    if process.returncode != 0:
        say(output.read_text(errors="replace")[-4000:])
        raise BootstrapError(f"{step}: failed")
    say(f"{step}: done in {time.monotonic() - started:.1f} s")


def last_line(path: Path) -> str:
    """What the command said last."""
    lines = path.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip()[:100] if lines else ""


def say(line: str) -> None:
    """A line for the person who waits."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
