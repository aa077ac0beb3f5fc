"""`sampan staff contact`: the ways to wake one person, proved by a code before they are used."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.table import Table

from bot.channels.addresses import can_be_answered, telephone
from bot.channels.apprise_schemas import refused_because
from bot.console import accounts, staff_contacts
from bot.console.accounts import AccountError
from bot.database.tables import StaffContact
from bot.errors import ConfigurationError, MalformedRequestError
from bot.escalation.contact_codes import Typed
from bot.operations.opened import Name, opened, print_table
from bot.settings import Settings

contact_app = typer.Typer(no_args_is_help=True, help="The ways to wake one person, the first tried first.")

Number = Annotated[int, typer.Argument(help="Its number in `contact list`.")]
_SENT_BY_CODE = ("sms_", "voice_", "apprise")
_SAID = {
    Typed.RIGHT: "verified; pages go there from now on",
    Typed.WRONG: "that is not the code",
    Typed.OVER: "that code is over; send a new one: sampan staff contact code",
}


@contact_app.command("add")
def add_contact(
    name: Name,
    channel: Annotated[
        str, typer.Argument(help="sms, voice, telegram, apprise, or a channel's own name such as sms_gateway")
    ],
    number: Annotated[str | None, typer.Argument(help="The telephone number, for sms and voice.")] = None,
    vouched: Annotated[
        bool, typer.Option("--vouched", help="Use it without a code: you know that it reaches them.")
    ] = False,
) -> None:
    """Add a way to wake somebody. For telegram it prints a code that the person sends to the staff bot once; to all
    others a code is sent, which the person tells you. An Apprise address is asked for, because it holds a password."""
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        exact = staff_channel(here.settings, channel)
        if exact.startswith(_SENT_BY_CODE):
            address = _apprise_address(number) if exact == "apprise" else _responder_number(number, here.settings)
            made = staff_contacts.add_address(
                here.session, staff, channel=exact, address=address, keys=here.keys, vouched=vouched
            )
            lines = [_what_next(staff.name, made, vouched=vouched)]
        elif vouched:
            raise AccountError("a chat cannot be vouched for: only its own code tells which one it is")
        else:
            link = staff_contacts.begin_link(here.session, staff, channel=exact, keys=here.keys)
            lines = [f"within ten minutes {staff.name} sends this code to the staff bot ({exact}):", link.code]
    for line in lines:
        typer.echo(line)


@contact_app.command("code")
def send_code(name: Name, contact: Number) -> None:
    """Send a new code to a contact, also to one that was broken and works again. Once a minute."""
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        sent = staff_contacts.send_code_again(here.session, staff, contact, here.keys)
    if not sent:
        typer.echo("a code went out within the last minute; nothing was sent", err=True)
        raise typer.Exit(1)
    typer.echo("a new code is on its way; the one before it is void")


@contact_app.command("verify")
def verify(name: Name, contact: Number, code: Annotated[str, typer.Argument(help="What arrived there.")]) -> None:
    """Type in the code that arrived at a contact. Five tries, ten minutes. Exit code 1 when it was not right."""
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        typed = staff_contacts.verify_contact(here.session, staff, contact, code, here.keys)
    typer.echo(_SAID[typed], err=typed is not Typed.RIGHT)
    if typed is not Typed.RIGHT:
        raise typer.Exit(1)


@contact_app.command("order")
def order(
    name: Name, contacts: Annotated[list[int], typer.Argument(help="Their numbers, the first to be tried first.")]
) -> None:
    """Say which way is tried first; ways not named come after, as before."""
    with opened() as here:
        staff_contacts.order_contacts(here.session, accounts.find_account(here.session, name), contacts)
    typer.echo("this is the order from now on")


@contact_app.command("list")
def show_contacts(name: Name) -> None:
    """The ways to wake one person. Addresses are sealed and not shown."""
    table = Table("number", "channel", "tried as", "state")
    with opened() as here:
        staff = accounts.find_account(here.session, name)
        for each in staff_contacts.list_contacts(here.session, staff):
            state = "works" if each.verified_at else "waits for its code"
            if each.broken_at:
                state = f"broken: {each.broken_reason}"
            table.add_row(str(each.id), each.channel, str(each.rank), state)
    print_table(table)


@contact_app.command("remove")
def remove_contact(name: Name, contact: Number) -> None:
    """Erase an address."""
    with opened() as here:
        staff_contacts.remove_contact(here.session, accounts.find_account(here.session, name), contact)
    typer.echo("erased")


def staff_channel(settings: Settings, asked: str) -> str:
    """The exact channel meant by "sms" or "telegram". ConfigurationError when none or two are configured."""
    configured = {
        "sms_twilio": settings.twilio.account_sid is not None
        and (settings.twilio.sender is not None or settings.twilio.caller is None),
        "sms_gateway": settings.sms_gateway.username is not None,
        "voice_twilio": settings.twilio.caller is not None,
        "apprise": settings.apprise.enabled,
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


def _what_next(name: str, contact: StaffContact, *, vouched: bool) -> str:
    if vouched:
        return f"added; pages to {name} go by {contact.channel}"
    return (
        f"a code is on its way to {name} by {contact.channel}; nothing else goes there until\n"
        f'sampan staff contact verify "{name}" {contact.id} CODE'
    )


def _apprise_address(given: str | None) -> str:
    """Asked for, or read from standard input: what stands on a command line stays in the shell's history."""
    if given is not None:
        raise AccountError("write no Apprise address on the command line: it holds a password; it is asked for")
    if sys.stdin.isatty():
        address: str = typer.prompt("Apprise address", hide_input=True)
    else:
        address = sys.stdin.readline().rstrip("\r\n")
    reason = refused_because(address)
    if reason is not None:
        raise AccountError(f"this address is not taken: {reason}")
    return address


def _responder_number(number: str | None, settings: Settings) -> str:
    if number is None:
        raise AccountError("this contact needs its telephone number")
    try:
        address = telephone(number, settings.home_region)
    except MalformedRequestError:
        raise AccountError("that is no telephone number") from None
    if not can_be_answered(address):
        raise AccountError("nothing can be sent to that sender")
    return address
