"""`sampan oncall export|import|feed`: the roster as calendars."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.escalation import roster_calendars
from bot.escalation.calendar_import import MOST_BYTES
from bot.escalation.wall_time import RosterError
from bot.operations.roster_desk import By, Name, Zone, desk, local


def export(
    name: Annotated[str | None, typer.Argument(help="One person; else everybody.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file; else standard output.")] = None,
) -> None:
    """The coming 90 days as iCalendar."""
    with desk() as here:
        raw = roster_calendars.export_calendar(here.session, here.staff(name) if name else None)
    if out is None:
        sys.stdout.write(raw.decode())
    else:
        out.write_bytes(raw)
        typer.echo(f"wrote {out}")


def import_file(
    file: Annotated[str, typer.Argument(help="An .ics file; - reads it from standard input.")],
    zone: Zone = None,
    by: By = None,
) -> None:
    """Take the events of a calendar as overrides: called NAME, NAME step 2, NAME for NAME, or NAME away. All of them,
    or none when one is not understood."""
    raw = _read(file)
    with desk() as here:
        clock = here.zone(zone)
        done = roster_calendars.import_calendar(here.session, raw, clock, by=here.by(by))
    typer.echo(f"{done.made} overrides made, {done.known} stood already; read until {local(done.until, clock)}")


def feed(
    name: Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="Nobody reads it any more.")] = False,
    by: By = None,
) -> None:
    """A secret address under which a phone's calendar reads this person's own duties. A new one makes the old void."""
    with desk() as here:
        staff, who = here.staff(name), here.by(by)
        if revoke:
            roster_calendars.revoke_feed(here.session, staff, by=who)
            line = "revoked"
        else:
            token = roster_calendars.make_feed(here.session, staff, by=who)
            line = f"{here.settings.console_url}/oncall/{token}.ics"
    typer.echo(line)


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with open(file, "rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise RosterError(f"{file} cannot be read ({type(error).__name__})") from None
