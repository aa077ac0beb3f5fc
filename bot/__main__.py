"""The command `sampan`. What each command does stands in operations/; here they only get their names."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.errors import SampanError
from bot.operations.alarm_commands import alarms_app
from bot.operations.case_commands import case_app
from bot.operations.hotline_commands import hotlines_app
from bot.operations.installation import load_settings
from bot.operations.oncall_commands import oncall_app
from bot.operations.rules_told import config_app
from bot.operations.run_commands import rasa_command, run_app, run_installation
from bot.operations.staff_commands import staff_app
from bot.operations.words import words_app

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
keys_app = typer.Typer(no_args_is_help=True, help="The keys that open what is stored.")
app.add_typer(keys_app, name="keys")
app.add_typer(run_app, name="run")
app.add_typer(staff_app, name="staff")
app.add_typer(oncall_app, name="oncall")
app.add_typer(alarms_app, name="alarms")
app.add_typer(words_app, name="words")
app.add_typer(hotlines_app, name="hotlines")
app.add_typer(case_app, name="case")
app.add_typer(config_app, name="config")


@app.command()
def init(
    answers: Annotated[str | None, typer.Option(help="A YAML file with the answers; - reads it from stdin.")] = None,
    force: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
) -> None:
    """Ask who operates this installation and write deployment.yml and sampan.env."""
    from bot.operations import questions

    settings = load_settings()
    given = questions.ask() if answers is None else questions.read_answers(_read(answers))
    for path in questions.write_answers(given, settings, force=force):
        typer.echo(f"wrote {path}")


@keys_app.command("init")
def keys_init() -> None:
    """Make the service keys. Keep a copy of them apart from the database's backups."""
    from bot.operations.service_keys import init_keys

    settings = load_settings()
    init_keys(settings)
    typer.echo(f"wrote {settings.keys_path}; without it nothing that is stored can be read again")


@app.command()
def demo() -> None:
    """Everything on this machine, with three phones on one page; nothing leaves it."""
    run_installation(demo=True)


@app.command()
def chat(
    channel: Annotated[str, typer.Option(help="sms or telegram")] = "sms",
    name: Annotated[str, typer.Option("--from", help="Who writes; the same name is the same person.")] = "terminal",
) -> None:
    """Write to the bot: lines in, replies out. Starts what is not running."""
    from bot.operations.chat import chat as talk
    from bot.operations.chat import chat_channel

    raise typer.Exit(talk(chat_channel(channel), name))


@app.command()
def explain(
    no_model: Annotated[bool, typer.Option("--no-model", help="The urgency floor alone, without Rasa.")] = False,
    channel: Annotated[str, typer.Option(help="sms or telegram")] = "telegram",
) -> None:
    """What is understood of a message: one per line on standard input, one JSON object per line out."""
    from bot.operations.chat import chat_channel
    from bot.operations.explain import explain_lines

    explain_lines(sys.stdin.buffer, sys.stdout, with_model=not no_model, channel=chat_channel(channel))


@app.command()
def migrate() -> None:
    """Bring the database to the schema of this version."""
    from bot.database.migrate import expected_version, upgrade
    from bot.operations.installation import database_url

    upgrade(database_url(load_settings()))
    typer.echo(f"the database is at {expected_version()}")


@app.command()
def doctor() -> None:
    """Check that this installation is fit to receive people; exit code 1 when it is not."""
    from bot.operations.doctor import examine

    verdicts = examine(load_settings())
    table = Table("", "check", "found", "what to do")
    for verdict in verdicts:
        table.add_row("ok" if verdict.ok else "FAIL", verdict.name, verdict.finding, verdict.remedy)
    Console(highlight=False, markup=False).print(table)
    raise typer.Exit(0 if all(verdict.ok for verdict in verdicts) else 1)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def rasa(context: typer.Context) -> None:
    """Rasa's own commands on our model: shell, train, test, data validate …"""
    rasa_command(context.args)


def _read(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    with open(source, encoding="utf-8") as file:
        return file.read()


def main() -> None:
    """Run the command; an error of ours is one line, not a traceback."""
    try:
        app()
    except SampanError as error:
        typer.echo(f"sampan: {error}", err=True)
        sys.exit(getattr(error, "exit_code", 1))


if __name__ == "__main__":
    main()
