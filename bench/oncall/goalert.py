"""`python -m bench.oncall goalert --binary PATH`: GoAlert itself and our engine, the same scenarios in one run. Why
each is as it is stands in docs/benchmarks.md. Nothing is promised here, so there is no verdict."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from bench.oncall.goalert_scenarios import GoAlertScenarios, Hook
from bench.oncall.goalert_service import Setting, goalert
from bench.oncall.our_scenarios import ours
from bench.oncall.same_scenarios import Measured, table
from bot.operations.embedded_postgres import EmbeddedPostgres

COMMIT = "2458b9d"
HOW_IT_IS_BUILT = f"""GoAlert is not part of this project; build it once, anywhere outside this folder:
  git clone https://github.com/target/goalert && cd goalert && git checkout {COMMIT}
  mkdir -p web/src/build && touch web/src/build/keep    (its web interface is not needed)
  CGO_ENABLED=0 go build -o goalert ./cmd/goalert        (Go 1.27.3; its modules are those of go.mod)
Then: python -m bench.oncall goalert --binary PATH-OF/goalert"""
SETTINGS = (Setting(), Setting(cycle_seconds=1), Setting(bundles=False))


def main(binary: Path | None, alerts: int, console: Console, say: Callable[[str], None]) -> int:
    """The run and its table; 2 when there is no GoAlert to run."""
    if binary is None or not (binary.is_file() and os.access(binary, os.X_OK)):
        console.print(HOW_IT_IS_BUILT, highlight=False, markup=False)
        return 2
    measured = ours(alerts, say)
    say(measured.told())
    with _place() as (folder, postgres):
        others = [_column(binary.resolve(), postgres, folder, setting, alerts, say) for setting in SETTINGS]
    console.print(table(measured, others))
    return 0


@contextmanager
def _place() -> Iterator[tuple[Path, EmbeddedPostgres]]:
    """A folder and a durable PostgreSQL, as our own column has them; destroyed on leaving."""
    folder = Path(tempfile.mkdtemp(prefix="sampan-bench-"))
    folder.chmod(0o755)  # its children are private; the user of the database server must be able to pass
    postgres = EmbeddedPostgres(folder / "postgres", durable=True)
    try:
        postgres.start()
        yield folder, postgres
    finally:
        postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)


def _column(
    binary: Path, postgres: EmbeddedPostgres, folder: Path, setting: Setting, alerts: int, say: Callable[[str], None]
) -> Measured:
    """One GoAlert. Bundles matter for many alerts alone, so the troubles are left out where they are off."""
    measured = Measured(name=setting.name)
    with Hook() as hook, goalert(binary, postgres, folder, setting) as service:
        scenarios = GoAlertScenarios(service, setting, hook)
        say(f"{setting.name}: one alert a second")
        scenarios.burst(measured, alerts)
        if setting.bundles:
            say(f"{setting.name}: troubles")
            scenarios.troubles(measured)
    say(measured.told())
    return measured
