"""`sampan run`: the whole installation, or one piece of it for those who have a supervisor of their own (systemd)."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path

import typer
from pydantic import SecretStr

from bot.operations.embedded_postgres import EmbeddedPostgres
from bot.operations.installation import PROJECT_ROOT, database_url, load_settings, postgres_folder
from bot.operations.pieces import rasa_environment, rasa_plan, rasa_python
from bot.operations.progress import Progress
from bot.operations.supervisor import Supervisor
from bot.operations.supervisor_log import log_to_file
from bot.operations.training import ensure_model

run_app = typer.Typer(help="Run the installation, or one process of it.", invoke_without_command=True)


def run_installation(*, demo: bool) -> None:
    """Everything, until Ctrl-C or SIGTERM."""
    settings = load_settings()
    log_to_file(settings)
    Supervisor(settings, Progress(), demo=demo).run()


@run_app.callback(invoke_without_command=True)
def run_all(context: typer.Context) -> None:
    """Run PostgreSQL (unless SAMPAN_DATABASE_URL is set), the dialogue model and the service."""
    if context.invoked_subcommand is None:
        run_installation(demo=False)


@run_app.command()
def service() -> None:
    """The doors and the workers in one process; PostgreSQL must run, the dialogue model may."""
    _serve("all")


@run_app.command()
def doors() -> None:
    """Only the doors: webhooks and console. At least one `worker` must run too."""
    _serve("doors")


@run_app.command()
def worker() -> None:
    """Only the workers; start as many as the machine, or other machines, can carry."""
    _serve("workers")


def _serve(parts: str) -> None:
    from bot.wiring import Parts, serve  # late: the other commands need none of it, and start faster

    settings = load_settings()
    settings.database_url = SecretStr(database_url(settings))
    asyncio.run(serve(settings, Parts(parts)))


@run_app.command()
def rasa() -> None:
    """The dialogue model, trained first when its data has changed; takes this process's place."""
    settings = load_settings()
    progress = Progress()
    progress.begin("Training the dialogue model (only when its data changed)")
    plan = rasa_plan(settings, ensure_model(settings, progress.tick))
    progress.end()
    become(plan.folder, list(plan.command))


@run_app.command()
def postgres() -> None:
    """The embedded PostgreSQL alone."""
    server = EmbeddedPostgres(postgres_folder(load_settings()))
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    server.start()
    Progress().say("ready")
    try:
        while not stopping.wait(0.2) and server.runs_already:
            pass
    finally:
        server.stop()


def rasa_command(arguments: list[str]) -> None:
    """One of Rasa's own commands, in Rasa's environment, with telemetry off; takes this process's place."""
    become(PROJECT_ROOT, [str(rasa_python()), "-m", "nlu.rasa_command", *arguments])


def become(folder: Path, command: list[str]) -> None:
    """Replace this process: signals, the terminal and the exit code are then the command's own."""
    os.chdir(folder)
    terminal = {name: os.environ[name] for name in ("TERM", "COLUMNS", "LINES") if name in os.environ}
    os.execve(command[0], command, {**rasa_environment(), **terminal})  # noqa: S606 - there is no shell on purpose
