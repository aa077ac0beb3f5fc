"""`sampan alarms`: what became of each alarm. `sampan oncall test` and `sampan oncall review`: whether paging works,
and whom it wears out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.console.accounts import find_account
from bot.database.session import Database
from bot.database.tables import Alarm, Page, Report, Staff
from bot.deployment import load_deployment
from bot.errors import SampanError
from bot.escalation.digest import review
from bot.escalation.drills import LASTS, Hop, begin_drill, hops, is_over
from bot.escalation.history import history
from bot.operations.installation import database_url, load_settings
from bot.operations.oncall_commands import oncall_app
from bot.settings import Settings

alarms_app = typer.Typer(no_args_is_help=True, help="Alarms, and what became of each of their pages.")

_LOOK_EVERY_SECONDS = 0.5


class AlarmNotFoundError(SampanError):
    """No alarm was ever raised for a report of this number."""


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = Database(database_url(settings), pool_size=1)
    try:
        yield database
    finally:
        database.dispose()


@alarms_app.command("list")
def show_all(
    most: Annotated[int, typer.Option("--last", help="How many, newest first.", min=1)] = 30,
) -> None:
    """The newest alarms; a test alarm is marked."""
    table = Table("case", "epoch", "urgency", "state", "raised", "taken by", "pages", "reason")
    pages = select(func.count()).where(Page.alarm_id == Alarm.id).scalar_subquery()
    rows = (
        select(Alarm, Report.number, Staff.name, pages)
        .join(Report, Report.id == Alarm.report_id)
        .outerjoin(Staff, Staff.id == Alarm.owner_id)
        .order_by(Alarm.id.desc())
        .limit(most)
    )
    with _opened(load_settings()) as database, database.transaction() as session:
        for alarm, number, owner, count in session.execute(rows):
            reason = f"TEST {alarm.reason}" if alarm.drill else alarm.reason
            raised = _written(alarm.raised_at)
            state = alarm.state.value
            table.add_row(
                str(number), str(alarm.epoch), alarm.urgency, state, raised, owner or "nobody", str(count), reason
            )
    _print(table)


@alarms_app.command("show")
def show_one(number: Annotated[int, typer.Argument(help="The number of the case.")]) -> None:
    """Who was paged how, each state with its time and reason."""
    with _opened(load_settings()) as database, database.transaction() as session:
        lines = history(session, number)
    if not lines:
        message = f"there is no alarm of a case {number}"
        raise AlarmNotFoundError(message)
    table = Table("time", "epoch", "what", "page", "who", "how")
    for line in lines:
        detail = ", ".join(f"{name} {value}" for name, value in sorted(line.detail.items()))
        page = "" if line.page_id is None else str(line.page_id)
        table.add_row(_written(line.at), str(line.epoch), line.kind.replace("_", " "), page, line.who or "", detail)
    _print(table)


@oncall_app.command("test")
def send_test(
    name: Annotated[
        str | None, typer.Argument(help="Only this person, by all their ways; else who is on call.")
    ] = None,
    wait: Annotated[bool, typer.Option(help="Stay until it was acknowledged, at most ten minutes.")] = True,
) -> None:
    """Send a TEST alarm the way real ones go, and say how long each hop took. Exit code 1 when nobody answered."""
    with _opened(load_settings()) as database:
        with database.transaction() as session:
            number = begin_drill(session, load_settings(), staff_id=_staff_id(session, name))
        typer.echo(f"test alarm {number} was raised")
        told = _follow(database, number, wait=wait)
    if wait and not any(hop.name == "acknowledged" for hop in told):
        typer.echo("nobody acknowledged it", err=True)
        raise typer.Exit(1)


def _staff_id(session: Session, name: str | None) -> int | None:
    return None if name is None else find_account(session, name).id


def _follow(database: Database, number: int, *, wait: bool) -> tuple[Hop, ...]:
    """Each hop as it happens."""
    told: tuple[Hop, ...] = ()
    deadline = time.monotonic() + LASTS.total_seconds() + 5
    while True:
        with database.transaction() as session:
            found, over = hops(session, number), is_over(session, number)
        for hop in found:
            if hop not in told:
                _say(hop)
        told = found
        if over or not wait or time.monotonic() > deadline:
            return told
        time.sleep(_LOOK_EVERY_SECONDS)


def _say(hop: Hop) -> None:
    by = f" by {hop.channel}" if hop.channel else ""
    who = f" {hop.who}" if hop.who else ""
    typer.echo(f"{hop.after.total_seconds():8.2f} s  {hop.name.replace('_', ' ')}{who}{by}")


@oncall_app.command("review")
def show_review() -> None:
    """How often each responder was woken in the last 30 days."""
    settings = load_settings()
    zone = load_deployment(settings.deployment_path).zone
    table = Table("name", "pages", "at night (22-6)", "nights woken", "most in one night")
    with _opened(settings) as database, database.transaction() as session:
        for each in review(session, zone):
            table.add_row(each.name, str(each.pages), str(each.at_night), str(each.nights), str(each.worst_night))
    _print(table)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _print(table: Table) -> None:
    Console(highlight=False, markup=False).print(table)
