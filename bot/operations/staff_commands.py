"""`sampan staff`: who works here, how they are woken, what they read, and what they may not take."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from phonenumbers import SUPPORTED_REGIONS
from rich.table import Table

from bot.console import accounts, staff_contacts
from bot.console.accounts import AccountError
from bot.console.labels import labels
from bot.console.passwords import Passwords
from bot.database.states import StaffRole
from bot.deployment import OfferedLanguage
from bot.escalation import roster_changes
from bot.escalation.needs import OFFICIAL
from bot.operations.contact_commands import contact_app
from bot.operations.opened import Name, opened, print_table

staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts and how each person is woken.")
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


@staff_app.command("reads")
def set_languages(
    name: Name,
    languages: Annotated[
        list[OfferedLanguage] | None, typer.Argument(help="Besides that of their pages: th km ...; none clears it.")
    ] = None,
) -> None:
    """Say which languages somebody reads. A case goes first to who reads it; it waits for nobody."""
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        roster_changes.set_reads(here.session, staff, [each.value for each in languages or ()], by=None)
        line = ", ".join(sorted({staff.language, *staff.reads}))
        who = staff.name
    typer.echo(f"{who} reads {line}")


@staff_app.command("conflict")
def set_conflict(
    name: Name,
    about: Annotated[
        list[str] | None, typer.Argument(help="country:KH, official, or a reason's code; none clears it.")
    ] = None,
) -> None:
    """Say which cases somebody may not take: they are never woken for one, not even as the last resort."""
    for code in about or ():
        _check_conflict(code)
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        roster_changes.set_conflicts(here.session, staff, about or (), by=None)
        line, who = ", ".join(staff.conflicts) or "none", staff.name
    typer.echo(f"cases {who} may not take: {line}")


def _check_conflict(code: str) -> None:
    """A mistyped bar would bar nothing, and nobody would notice."""
    kind, _, country = code.partition(":")
    if code in {OFFICIAL, *labels("reason")} or (kind == "country" and country in SUPPORTED_REGIONS):
        return
    raise AccountError(f"{code} is not known; write country:KH (ISO code, capitals), {OFFICIAL}, or a reason's code")


def _ask_password() -> str:
    if sys.stdin.isatty():
        written: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        written = sys.stdin.readline().rstrip("\r\n")
    return Passwords().hash_now(written)
