"""`sampan hotlines`: which telephone lines of others this deployment has called, and so may tell a reporter of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.console.accounts import AccountError, find_account
from bot.database.session import Database, database_now
from bot.database.tables import HotlineVerification
from bot.operations.installation import database_url, load_settings
from bot.reports.hotlines import (
    NEEDS_A_SOURCE,
    USUAL_DAYS,
    Hotline,
    HotlineError,
    Records,
    expire,
    hotlines,
    newest_verifications,
    verify,
)

hotlines_app = typer.Typer(
    no_args_is_help=True,
    help="Telephone lines a reporter may be told of. The list is unverified: call a number, then verify it.",
)

Key = Annotated[str, typer.Argument(help="Its key in `hotlines list`.")]
By = Annotated[str, typer.Option("--by", help="The name of the staff account that vouches for it.")]


@contextmanager
def _transaction() -> Iterator[Session]:
    """One transaction on this installation's database; nothing here needs the keys."""
    database = Database(database_url(load_settings()), pool_size=1)
    try:
        with database.transaction() as session:
            yield session
    finally:
        database.dispose()


@hotlines_app.command("list")
def show(
    country: Annotated[str | None, typer.Option(help="Only this country, by its ISO code: TH, KH ...")] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what has no number or no good source (marks C, M and X).")
    ] = False,
) -> None:
    """The lines, and until when each is verified. Reporters are told of the verified ones only."""
    wanted = _country(country)
    with _transaction() as session:
        today = database_now(session).date()
        verified = newest_verifications(session)
    table = Table("key", "country", "name", "number", "records", "mark", "status")
    for key, hotline in hotlines().items():
        row = verified.get(key)
        if wanted not in (None, hotline.country) or not (everything or row or _has_a_good_source(hotline)):
            continue
        number = row.number if row else hotline.number or "none"
        records = (row.records if row else None) or hotline.records.value
        table.add_row(key, hotline.country, hotline.name, number, records, hotline.mark.value, _status(row, today))
    Console(highlight=False, markup=False).print(table)


@hotlines_app.command("verify")
def verify_line(
    key: Key,
    by: By,
    number: Annotated[str | None, typer.Option(help="The number that was called, if it is another one.")] = None,
    source: Annotated[str | None, typer.Option(help="The address of the page that publishes it.")] = None,
    records: Annotated[
        Records | None, typer.Option(help="Whether it records its calls, as you heard; reporters are told.")
    ] = None,
    days: Annotated[int, typer.Option(help="For how many days it is told to reporters.")] = USUAL_DAYS,
) -> None:
    """Vouch for a line that you have called: from now on reporters of its country are told of it."""
    with _transaction() as session:
        row = verify(
            session,
            key,
            staff_id=_staff_id(session, by),
            today=database_now(session).date(),
            days=days,
            number=number,
            source=source,
            records=records,
        )
        told, until = row.number, row.expires_on
    typer.echo(f"{key} is verified as {told} until {until}")


@hotlines_app.command("expire")
def expire_line(key: Key, by: By) -> None:
    """Tell nobody of this line any more."""
    with _transaction() as session:
        expire(session, key, staff_id=_staff_id(session, by))
    typer.echo(f"{key} is told to nobody any more")


def _staff_id(session: Session, name: str) -> int:
    staff = find_account(session, name)
    if not staff.active:
        raise AccountError(f"the account of {staff.name} is disabled")
    return staff.id


def _country(written: str | None) -> str | None:
    if written is None:
        return None
    known = sorted({hotline.country for hotline in hotlines().values()})
    if written.upper() not in known:
        raise HotlineError(f"no hotline of that country is known; there are {', '.join(known)}")
    return written.upper()


def _has_a_good_source(hotline: Hotline) -> bool:
    return hotline.number is not None and hotline.mark not in NEEDS_A_SOURCE


def _status(row: HotlineVerification | None, today: date) -> str:
    if row is None:
        return "never verified"
    if row.expired_at is not None:
        return f"expired {row.expired_at.date()}"
    return f"verified until {row.expires_on}" if row.expires_on >= today else f"expired {row.expires_on}"
