"""What the commands of the roster share: one transaction, the deployment's zone, names into accounts, tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.console.accounts import find_account
from bot.database.session import Database
from bot.database.tables import Staff
from bot.deployment import Deployment, load_deployment
from bot.escalation.roster_changes import Hours
from bot.escalation.wall_time import typed_instant, zone_named
from bot.operations.installation import database_url, load_settings
from bot.settings import Settings

Name = Annotated[str, typer.Argument(help="The name the person works under.")]
Step = Annotated[int, typer.Option(help="1 is woken first; the next step follows when nobody answers.")]
Begin = Annotated[str, typer.Option("--from", help="2026-11-22T20:00, local time of the zone.")]
Until = Annotated[str, typer.Option("--until", help="The same.")]
Zone = Annotated[str | None, typer.Option("--zone", help="An IANA zone such as Asia/Bangkok; else the deployment's.")]
By = Annotated[str | None, typer.Option("--by", help="Your own account, for the audit.")]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One transaction on this installation's database."""

    session: Session
    settings: Settings
    deployment: Deployment

    def zone(self, named: str | None) -> ZoneInfo:
        """The one that was named, else the deployment's."""
        return zone_named(named) if named else self.deployment.zone

    def staff(self, name: str) -> Staff:
        """The account of this name. AccountError when there is none."""
        return find_account(self.session, name)

    def by(self, name: str | None) -> Staff | None:
        """Who says that they do this; None when nobody does."""
        return self.staff(name) if name else None

    def hours(self, begin: str, until: str, zone: str | None) -> Hours:
        """Two typed times; what could have meant another instant too is said."""
        return Hours(starts_at=self.instant(begin, zone), ends_at=self.instant(until, zone)).checked()

    def instant(self, written: str, zone: str | None) -> datetime:
        """A typed time; what could have meant another instant too is said."""
        typed = typed_instant(written, self.zone(zone))
        if typed.remark is not None:
            typer.echo(typed.remark, err=True)
        return typed.instant


@contextmanager
def desk() -> Iterator[Desk]:
    """Committed on leaving, rolled back on any error; nothing here needs the keys."""
    settings = load_settings()
    deployment = load_deployment(settings.deployment_path)
    database = Database(database_url(settings), pool_size=1)
    try:
        with database.transaction() as session:
            yield Desk(session=session, settings=settings, deployment=deployment)
    finally:
        database.dispose()


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """As the clocks of the zone show it."""
    return f"{at.astimezone(zone):%a %Y-%m-%d %H:%M}" if at else "open"


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], empty: str) -> None:
    """The rows, or one line that says there are none."""
    if not rows:
        typer.echo(empty)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False).print(table)
