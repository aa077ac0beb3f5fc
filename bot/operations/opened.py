"""What the commands about staff share: this installation, opened for one transaction, and how tables are shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.database.session import Database
from bot.operations.installation import database_url, load_settings
from bot.privacy.keys_file import load_service_keys
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

Name = Annotated[str, typer.Argument(help="The name the person works under; spaces are fine.")]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """This installation, within a transaction."""

    session: Session
    settings: Settings
    keys: ServiceKeys


@contextmanager
def opened() -> Iterator[Opened]:
    """One transaction on this installation's database."""
    settings = load_settings()
    keys = load_service_keys(settings.keys_path)
    database = Database(database_url(settings), pool_size=1)
    try:
        with database.transaction() as session:
            yield Opened(session=session, settings=settings, keys=keys)
    finally:
        database.dispose()


def print_table(table: Table) -> None:
    """Show a table as it is, without colours for what looks like a number."""
    Console(highlight=False, markup=False).print(table)
