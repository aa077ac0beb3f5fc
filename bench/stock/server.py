"""Stock Rasa behind its own REST channel, as `rasa run` starts it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.installation import answers_ok
from bench.stock.environment import PYTHON, stock_environment
from bench.stock.project import CACHE
from bot.operations.tethered_process import ProcessPlan


@dataclass(frozen=True, kw_only=True)
class StockRasa:
    """A trained project and the port to serve it on."""

    model: Path
    port: int

    @property
    def url(self) -> str:
        """Loopback."""
        return f"http://127.0.0.1:{self.port}"

    def plan(self, log_file: Path) -> ProcessPlan:
        """`rasa run` with nothing but the REST channel."""
        project = self.model.parent.parent
        command = [str(PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(self.port)]
        command += ["--credentials", "credentials.yml", "--endpoints", "endpoints.yml", "--model", str(self.model)]
        return ProcessPlan(
            name="stock-rasa",
            command=command,
            environment=stock_environment(CACHE / "home"),
            folder=project,
            log_file=log_file,
        )

    def is_ready(self) -> bool:
        """Whether its model is loaded: it says so under /status only with --enable-api, so a turn is asked for."""
        return answers_ok(self.url + "/") and bool(self._says_something())

    def _says_something(self) -> list[Any]:
        try:
            with httpx.Client(base_url=self.url, timeout=5, trust_env=False) as client:
                return say(client, "nobody", "hello")
        except httpx.HTTPError:
            return []


def say(client: httpx.Client, sender: str, text: str) -> list[Any]:
    """One message through the REST channel; its replies."""
    body = {"sender": sender, "message": text}
    replies: list[Any] = client.post("/webhooks/rest/webhook", json=body).raise_for_status().json()
    return replies
