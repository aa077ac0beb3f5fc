"""Stock Rasa's understanding of the same held-out messages, trained on the same examples with its default pipeline."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import httpx

from bench.installation import free_port
from bench.language.messages import Labelled, heldout
from bench.language.understanding import LanguageFigures, Outcome, figures, variants
from bench.measure.memory import resident_megabytes
from bench.stock.environment import PYTHON, stock_environment
from bench.stock.nlu_project import StockUnderstanding, read_label
from bench.stock.project import CACHE
from bot.messages.normalising import read
from bot.operations.tethered_process import ProcessPlan, spawn, stop

_START_TIMEOUT = timedelta(minutes=3)
_STOP_TIMEOUT = timedelta(seconds=5)


@contextlib.contextmanager
def serving(model: Path, log_file: Path) -> Iterator[tuple[httpx.Client, int]]:
    """A client of `rasa run --enable-api`, and the process it talks to."""
    port = free_port()
    command = [str(PYTHON), "-m", "rasa", "run", "--enable-api", "--interface", "127.0.0.1", "--port", str(port)]
    plan = ProcessPlan(
        name="stock-understanding",
        command=[*command, "--model", str(model)],
        environment=stock_environment(CACHE / "home"),
        folder=model.parent.parent,
        log_file=log_file,
    )
    process = spawn(plan)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
            while not _is_loaded(client):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"stock Rasa did not start; see {log_file}")
                time.sleep(0.5)
            yield client, process.pid
    finally:
        stop(process, signal.SIGTERM, _STOP_TIMEOUT)


def _is_loaded(client: httpx.Client) -> bool:
    try:
        return client.get("/status").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def held_out_figures(trained: Mapping[str, StockUnderstanding]) -> tuple[str, dict[str, LanguageFigures]]:
    """What the five models cost together, in words, and the figures per language. Stock Rasa has no floor; what
    it pages for is a label with a theme, above its own fallback threshold."""
    found, count, spent, memory = {}, 0, 0.0, 0.0
    for language, understanding in trained.items():
        messages = list(heldout(language))
        varied = variants(messages, language)
        with serving(understanding.model, understanding.model.parents[1] / "serve.log") as (client, process):
            started = time.perf_counter()
            found[language] = figures(_outcomes(client, messages), _outcomes(client, varied))
            spent += time.perf_counter() - started
            count += len(messages) + len(varied)
            memory += resident_megabytes(process)
    seconds = sum(each.seconds for each in trained.values())
    cost = f"{1000 * spent / count:.1f} ms per message, {memory:.0f} MiB in {len(trained)} processes"
    return f"stock Rasa, {cost}, trained in {seconds:.0f} s", found


def _outcomes(client: httpx.Client, messages: Sequence[Labelled]) -> list[Outcome]:
    outcomes = []
    for message in messages:
        # It gets the text as our components do: normalised, Zawgyi converted.
        parsed = client.post("/model/parse", json={"text": read(message.text).text}).raise_for_status().json()
        intent, theme = read_label(str((parsed.get("intent") or {}).get("name") or ""))
        outcomes.append(Outcome(message=message, intent=intent, pages=theme is not None, floor_pages=False))
    return outcomes
