"""`sampan staff`: who works here, how they are woken, what they read, and what they may not take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import typer
from phonenumbers import SUPPORTED_REGIONS
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.channels.addresses import can_be_answered, telephone
from bot.console import accounts, staff_contacts
from bot.console.accounts import AccountError
from bot.console.labels import labels
from bot.console.passwords import Passwords
from bot.database.session import Database
from bot.database.states import StaffRole
from bot.deployment import OfferedLanguage
from bot.errors import ConfigurationError, MalformedRequestError
from bot.escalation import roster_changes
from bot.escalation.needs import OFFICIAL
from bot.operations.installation import database_url, load_settings
from bot.privacy.keys_file import load_service_keys
from bot.privacy.sealing import ServiceKeys
from bot.settings import Settings

staff_app = typer.Typer(no_args_is_help=True, help="Staff accounts and how each person is woken.")
contact_app = typer.Typer(no_args_is_help=True, help="The ways to wake one person, the first tried first.")
staff_app.add_typer(contact_app, name="contact")

Name = Annotated[str, typer.Argument(help="The name the person works under; spaces are fine.")]


@dataclass(frozen=True, kw_only=True)
class _Installation:
    session: Session
    settings: Settings
    keys: ServiceKeys


@contextmanager
def _opened() -> Iterator[_Installation]:
    """One transaction on this installation's database."""
    settings = load_settings()
    keys = load_service_keys(settings.keys_path)
    database = Database(database_url(settings), pool_size=1)
    try:
        with database.transaction() as session:
            yield _Installation(session=session, settings=settings, keys=keys)
    finally:
        database.dispose()


@staff_app.command("add")
def add(
    name: Name,
    language: Annotated[OfferedLanguage, typer.Option(help="Of pages and console.")] = OfferedLanguage.ENGLISH,
    role: Annotated[StaffRole, typer.Option(help="A supervisor also sees the audit.")] = StaffRole.RESPONDER,
) -> None:
    """Make an account. The password is asked for twice, or read from standard input when that is no terminal."""
    password_hash = _ask_password()
    with _opened() as here:
        staff = accounts.create_account(
            here.session, name=name, language=language.value, role=role, password_hash=password_hash
        )
        made = staff.name
    typer.echo(f"made the account of {made}; next: sampan staff contact add, then sampan oncall add")


@staff_app.command("list")
def show_accounts() -> None:
    """All accounts."""
    table = Table("name", "role", "language", "active", "contacts")
    with _opened() as here:
        for staff in accounts.list_accounts(here.session):
            ways = ", ".join(each.channel for each in staff_contacts.list_contacts(here.session, staff))
            table.add_row(staff.name, staff.role.value, staff.language, "yes" if staff.active else "no", ways or "none")
    _print(table)


@staff_app.command()
def disable(name: Name) -> None:
    """Sign somebody out everywhere, wake them no more, and let nobody in by this name."""
    with _opened() as here:
        accounts.disable_account(here.session, accounts.find_account(here.session, name))
    typer.echo("disabled and signed out everywhere")


@staff_app.command()
def password(name: Name) -> None:
    """Set a new password; whoever is signed in by this name is signed out."""
    password_hash = _ask_password()
    with _opened() as here:
        accounts.set_password(here.session, accounts.find_account(here.session, name), password_hash)
    typer.echo("the new password is set")


@contact_app.command("add")
def add_contact(
    name: Name,
    channel: Annotated[str, typer.Argument(help="sms, telegram, or a channel's own name such as sms_gateway")],
    number: Annotated[str | None, typer.Argument(help="The telephone number, for sms.")] = None,
) -> None:
    """Add a way to wake somebody. For telegram it prints a code that the person sends to the staff bot once."""
    with _opened() as here:
        staff = accounts.find_account(here.session, name)
        exact = staff_channel(here.settings, channel)
        if exact.startswith("sms_"):
            address = _responder_number(number, here.settings)
            staff_contacts.add_address(here.session, staff, channel=exact, address=address, keys=here.keys)
            lines = [f"added; pages to {staff.name} go by {exact}"]
        else:
            link = staff_contacts.begin_link(here.session, staff, channel=exact, keys=here.keys)
            lines = [f"{staff.name} sends this code, once, to the staff bot ({exact}):", link.code]
    for line in lines:
        typer.echo(line)


@contact_app.command("list")
def show_contacts(name: Name) -> None:
    """The ways to wake one person. Addresses are sealed and not shown."""
    table = Table("number", "channel", "tried as", "state")
    with _opened() as here:
        staff = accounts.find_account(here.session, name)
        for each in staff_contacts.list_contacts(here.session, staff):
            state = "works" if each.verified_at else "waits for its code"
            if each.broken_at:
                state = f"broken: {each.broken_reason}"
            table.add_row(str(each.id), each.channel, str(each.rank), state)
    _print(table)


@contact_app.command("remove")
def remove_contact(name: Name, contact: Annotated[int, typer.Argument(help="Its number in `contact list`.")]) -> None:
    """Erase an address."""
    with _opened() as here:
        staff_contacts.remove_contact(here.session, accounts.find_account(here.session, name), contact)
    typer.echo("erased")


@staff_app.command("reads")
def set_languages(
    name: Name,
    languages: Annotated[
        list[OfferedLanguage] | None, typer.Argument(help="Besides that of their pages: th km ...; none clears it.")
    ] = None,
) -> None:
    """Say which languages somebody reads. A case goes first to who reads it; it waits for nobody."""
    with _opened() as here:
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
    with _opened() as here:
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


def staff_channel(settings: Settings, asked: str) -> str:
    """The exact channel meant by "sms" or "telegram". ConfigurationError when none or two are configured."""
    configured = {
        "sms_twilio": settings.twilio.account_sid is not None,
        "sms_gateway": settings.sms_gateway.username is not None,
        "telegram_staff": settings.telegram_staff.token is not None,
        "sandbox_staff": settings.sandbox.enabled,
    }
    names = [name for name, there in configured.items() if there]
    fitting = [name for name in names if name == asked or name.startswith(f"{asked}_")]
    if asked == "telegram" and not fitting and settings.sandbox.enabled:
        fitting = ["sandbox_staff"]
    if len(fitting) != 1:
        known = ", ".join(names) or "none"
        raise ConfigurationError(f"{asked} does not name one configured channel (configured: {known})")
    return fitting[0]


def _responder_number(number: str | None, settings: Settings) -> str:
    if number is None:
        raise AccountError("an SMS contact needs its telephone number")
    try:
        address = telephone(number, settings.home_region)
    except MalformedRequestError:
        raise AccountError("that is no telephone number") from None
    if not can_be_answered(address):
        raise AccountError("nothing can be sent to that sender")
    return address


def _ask_password() -> str:
    if sys.stdin.isatty():
        written: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        written = sys.stdin.readline().rstrip("\r\n")
    return Passwords().hash_now(written)


def _print(table: Table) -> None:
    Console(highlight=False, markup=False).print(table)
