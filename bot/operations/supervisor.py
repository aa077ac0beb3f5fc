"""`sampan run` and `sampan demo`: bring every process up, keep it up, bring it down. One thread, no other state than
the list of children; what must survive is in PostgreSQL."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path
from types import FrameType

import httpx
import structlog
import typer
from pydantic import SecretStr

from bot.database.migrate import upgrade
from bot.deployment import Gateway, load_deployment
from bot.errors import ConfigurationError
from bot.operations.children import Child
from bot.operations.demo_people import ensure_demo_people
from bot.operations.embedded_postgres import EmbeddedPostgres
from bot.operations.installation import ensure_sandbox_secret, postgres_folder
from bot.operations.neutral_lines import check_lines
from bot.operations.pieces import rasa_plan, service_plan
from bot.operations.progress import Progress
from bot.operations.service_keys import ensure_keys
from bot.operations.single_instance import check_ports_are_free, only_one
from bot.operations.training import ensure_model, newest_model
from bot.privacy.keys_file import load_service_keys
from bot.settings import Settings

_POLL_S = 0.1
_READY_TIMEOUT = timedelta(minutes=2)
_STOP_TIMEOUT = timedelta(seconds=13)  # for all together; workers finish what they hold in ten
_LEAST_STOP_S = 1.0  # for each of those that come last

log = structlog.get_logger()


class _StopRequestedError(Exception):
    """Ctrl-C or SIGTERM came while things were being brought up."""


class Supervisor:
    """Everything one installation on one machine needs, as child processes."""

    def __init__(self, settings: Settings, progress: Progress, *, demo: bool) -> None:
        self._settings = settings
        self._progress = progress
        self._demo = demo
        self._stopping = False
        self._children: list[Child] = []  # in the order of their start; they are stopped in the opposite one
        self._postgres: EmbeddedPostgres | None = None

    @property
    def address(self) -> str:
        """Where the public door opens on this machine."""
        return f"http://{self._settings.host}:{self._settings.port}/"

    def run(self) -> None:
        """Return after Ctrl-C or SIGTERM. Raises ConfigurationError when it cannot be brought up."""
        refuse_demo_on_real_installation(self._settings, demo=self._demo)
        check_lines(load_deployment(self._settings.deployment_path))
        with only_one(self._settings):
            self._listen_for_signals()
            try:
                self._bring_up()
                while not self._stopping:
                    self._watch()
                    time.sleep(_POLL_S)
            except _StopRequestedError:
                pass
            finally:
                self._bring_down()

    def _bring_up(self) -> None:
        check_ports_are_free(self._settings)
        self._prepare_keys()
        url = self._start_database()
        self._progress.begin("Updating the database")
        upgrade(url)
        if self._demo:
            ensure_demo_people(self._settings, url)
        self._check_stop()
        # The service comes first: while there is no model it asks its fixed questions, and people are answered.
        self._start(Child(lambda: service_plan(self._settings, self._decided(url))))
        model = self._model()
        if model is not None:
            self._start(Child(lambda: rasa_plan(self._settings, model)))
        self._progress.begin("Waiting for the service and the dialogue model")
        self._wait_until_ready(with_rasa=model is not None)
        self._progress.end()
        typer.echo(f"ready {self.address}")  # on stdout, whatever the rest goes to: scripts wait for this line

    def _prepare_keys(self) -> None:
        if self._demo:
            self._settings.sandbox.enabled = True
            ensure_keys(self._settings)
        load_service_keys(self._settings.keys_path)
        if self._settings.sandbox.enabled:
            ensure_sandbox_secret(self._settings)

    def _start_database(self) -> str:
        if self._settings.database_url is not None:
            return self._settings.database_url.get_secret_value()
        self._progress.begin("Starting PostgreSQL")
        server = self._postgres = EmbeddedPostgres(postgres_folder(self._settings))
        server.plan()
        if not server.runs_already:
            self._start(Child(server.plan))
        server.wait_until_ready(self._watch_while_waiting)
        self._settings.database_url = SecretStr(server.url)
        return server.url

    def _model(self) -> Path | None:
        """Without a model the demo is pointless; a real installation goes on with the scripted engine."""
        self._progress.begin("Training the dialogue model (only when its data changed)")
        try:
            return ensure_model(self._settings, self._watch_while_waiting)
        except ConfigurationError as error:
            if self._demo:
                raise
            older = newest_model(self._settings)
            self._progress.fail()
            self._progress.say(f"WARNING: {error}. Going on with {'an older model' if older else 'fixed questions'}.")
            return older

    def _decided(self, url: str) -> dict[str, str]:
        """Settings of the service that this start decided."""
        decided = {
            "SAMPAN_DATABASE_URL": url,
            "SAMPAN_RASA_URL": f"http://127.0.0.1:{self._settings.rasa_port}",
            "SAMPAN_SANDBOX__ENABLED": "true" if self._settings.sandbox.enabled else "false",
        }
        if self._settings.sandbox.enabled:
            decided["SAMPAN_SANDBOX__SECRET"] = ensure_sandbox_secret(self._settings)
        if self._demo:  # where the phones post to, and where a page's link leads, follow from the ports
            decided["SAMPAN_PUBLIC_URL"] = self.address.rstrip("/")
            decided["SAMPAN_CONSOLE_URL"] = f"http://{self._settings.console_host}:{self._settings.console_port}"
        return decided

    def _wait_until_ready(self, *, with_rasa: bool) -> None:
        wanted = {"service": f"{self.address}health"}
        if with_rasa:
            wanted["rasa"] = f"http://127.0.0.1:{self._settings.rasa_port}/health"
        deadline = time.monotonic() + _READY_TIMEOUT.total_seconds()
        while wanted:
            wanted = {name: url for name, url in wanted.items() if not is_healthy(url)}
            self._watch_while_waiting(" and ".join(wanted))
            if wanted and time.monotonic() > deadline:
                folder = self._settings.data_dir / "logs"
                raise ConfigurationError(f"no answer from {' and '.join(wanted)} in two minutes; see {folder}")
            time.sleep(_POLL_S)

    def _start(self, child: Child) -> None:
        self._check_stop()
        child.start()
        self._children.append(child)

    def _watch(self) -> None:
        for child in self._children:
            child.watch()

    def _watch_while_waiting(self, detail: str = "") -> None:
        self._check_stop()
        self._progress.tick(detail)
        self._watch()

    def _check_stop(self) -> None:
        if self._stopping:
            raise _StopRequestedError

    def _bring_down(self) -> None:
        self._progress.fail()
        if self._children:
            self._progress.begin("Stopping")
        deadline = time.monotonic() + _STOP_TIMEOUT.total_seconds()
        for child in reversed(self._children):
            left = timedelta(seconds=max(deadline - time.monotonic(), _LEAST_STOP_S))
            child.stop(left)
        self._children.clear()
        if self._postgres is not None:
            self._postgres.forget_socket()
        self._progress.end()

    def _listen_for_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def _request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True


def is_healthy(url: str) -> bool:
    """Whether the address answers 200 within a second; a proxy of the environment is not asked."""
    try:
        return httpx.get(url, timeout=1.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def refuse_demo_on_real_installation(settings: Settings, *, demo: bool) -> None:
    """The demo's phones can write to anybody's conversation: they must never open beside real people's."""
    if not demo or not settings.deployment_path.exists():
        return
    if Gateway.SANDBOX not in load_deployment(settings.deployment_path).gateways:
        raise ConfigurationError(
            f"{settings.deployment_path} describes a real installation; start it with `sampan run`. For a demo choose "
            "another folder with SAMPAN_DATA_DIR."
        )
