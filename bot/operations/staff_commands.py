"""`sampan staff` and `sampan oncall`: who works here, how they are woken, and when."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from bot.console import accounts, staff_contacts
from bot.console.accounts import AccountError
from bot.console.passwords import Passwords
from bot.database.states import StaffRole
from bot.deployment import OfferedLanguage
from bot.operations.contact_commands import contact_app
from bot.operations.opened import Name, opened, print_table

staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts and how each person is woken.")
oncall_app = typer.Typer(no_args_is_help=True, help="Who is on call, at which step, from when to when.")
staff_app.add_typer(contact_app, name="contact")


@staff_app.command("add")
def add(
    name: Name,
    language: Annotated[OfferedLanguage, typer.Option(help="Of pages and console.")] = OfferedLanguage.ENGLISH,
    role: Annotated[StaffRole, typer.Option(help="A supervisor also sees the audit.")] = StaffRole.RESPONDER,
) -> None:
    """Make an account. The password is asked for twice, or read from standard input when that is no terminal."""
    password_hash = _ask_password()
    with opened() as here:
        staff = accounts.create_account(
            here.session, name=name, language=language.value, role=role, password_hash=password_hash
        )
        made = staff.name
    typer.echo(f"made the account of {made}; next: sampan staff contact add, then sampan oncall add")


@staff_app.command("list")
def show_accounts() -> None:
    """All accounts."""
    table = Table("name", "role", "language", "active", "contacts")
    with opened() as here:
        for staff in accounts.list_accounts(here.session):
            ways = ", ".join(each.channel for each in staff_contacts.list_contacts(here.session, staff))
            table.add_row(staff.name, staff.role.value, staff.language, "yes" if staff.active else "no", ways or "none")
    print_table(table)


@staff_app.command()
def disable(name: Name) -> None:
    """Sign somebody out everywhere, wake them no more, and let nobody in by this name."""
    with opened() as here:
        accounts.disable_account(here.session, accounts.find_account(here.session, name))
    typer.echo("disabled and signed out everywhere")


@staff_app.command()
def password(name: Name) -> None:
    """Set a new password; whoever is signed in by this name is signed out."""
    password_hash = _ask_password()
    with opened() as here:
        accounts.set_password(here.session, accounts.find_account(here.session, name), password_hash)
    typer.echo("the new password is set")


@oncall_app.command("add")
def add_shift(
    name: Name,
    step: Annotated[int, typer.Option(help="1 is woken first; the next step follows when nobody answers.")] = 1,
    begin: Annotated[
        str | None, typer.Option("--from", help="2026-11-22T20:00+07:00; without offset it is UTC.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The same; without it, until removed.")] = None,
) -> None:
    """Put somebody on call."""
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        starts, ends = _instant(begin), _instant(until)
        staff_contacts.add_shift(here.session, staff, step_no=step, starts_at=starts, ends_at=ends)
        reachable = any(line.name == staff.name and line.channel for line in staff_contacts.roster_lines(here.session))
        who = staff.name
    typer.echo(f"{who} is on the roster at step {step}")
    if not reachable and starts is None:
        typer.echo(f"but nothing reaches {who} yet: sampan staff contact add", err=True)


@oncall_app.command("remove")
def remove_shift(
    name: Name, step: Annotated[int | None, typer.Option(help="Only this step; else all of them.")] = None
) -> None:
    """Take somebody off the roster."""
    with opened() as here:
        gone = staff_contacts.remove_shifts(here.session, accounts.find_account(here.session, name), step_no=step)
    typer.echo(f"{gone} entries removed")


@oncall_app.command("show")
def show_roster() -> None:
    """The roster, and who would be woken at this instant. Exit code 1 when nobody would."""
    table = Table("step", "name", "from", "until", "on call now")
    with opened() as here:
        lines = staff_contacts.roster_lines(here.session)
    for line in lines:
        now = f"yes, by {line.channel}" if line.now and line.channel else "NOT REACHABLE" if line.now else "no"
        table.add_row(str(line.step_no), line.name, _written(line.starts_at), _written(line.ends_at), now)
    print_table(table)
    if not any(line.now and line.channel for line in lines):
        typer.echo("nobody can be woken now: an urgent message goes to every account with a working contact", err=True)
        raise typer.Exit(1)


def _ask_password() -> str:
    if sys.stdin.isatty():
        written: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        written = sys.stdin.readline().rstrip("\r\n")
    return Passwords().hash_now(written)


def _instant(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise AccountError("a time is written 2026-11-22T20:00+07:00") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _written(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else "open"
