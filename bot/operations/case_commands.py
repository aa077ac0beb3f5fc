"""`sampan case`: who may be told of a case, for staff without the console. Whoever acts signs with their password:
two people are two passwords, not two names typed by one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from bot.console.accounts import AccountError, begin_attempt, record_failure, record_success
from bot.console.passwords import Passwords
from bot.conversation import release_desk
from bot.conversation.release_view import ReleaseLine, read_releases, waiting_releases
from bot.conversation.when_to_write import HeldUntil, held_until
from bot.database.session import Database
from bot.database.states import ReleaseState
from bot.database.tables import Release
from bot.deployment import Deployment, Party, Trigger, load_deployment
from bot.messages.holding import HoldRules
from bot.operations.installation import database_url, load_settings
from bot.privacy.keys_file import load_service_keys
from bot.privacy.sealing import ServiceKeys
from bot.reports.release import SENTENCES, Why, Wish
from bot.settings import Settings

case_app = typer.Typer(no_args_is_help=True, help="Who may be told of a case: ask, agree, take back, say it was done.")

Number = Annotated[int, typer.Argument(help="The case's number.")]
ReleaseId = Annotated[int, typer.Argument(help="The release's number in `case list` or `case show`.")]
By = Annotated[str, typer.Option("--by", help="The staff account that acts; its password is asked for.")]


@dataclass(frozen=True, kw_only=True)
class _Installation:
    database: Database
    keys: ServiceKeys
    deployment: Deployment
    settings: Settings


@dataclass(frozen=True, kw_only=True)
class _Act:
    session: Session
    staff_id: int
    keys: ServiceKeys
    deployment: Deployment
    settings: Settings

    @property
    def by_rule(self) -> dict[str, Any]:
        """What an act needs that asks the rule."""
        return {"staff_id": self.staff_id, "keys": self.keys, "deployment": self.deployment}


@contextmanager
def _opened() -> Iterator[_Installation]:
    settings = load_settings()
    database = Database(database_url(settings), pool_size=1)
    try:
        yield _Installation(
            database=database,
            keys=load_service_keys(settings.keys_path),
            deployment=load_deployment(settings.deployment_path),
            settings=settings,
        )
    finally:
        database.dispose()


@contextmanager
def _acting(name: str) -> Iterator[_Act]:
    """A transaction in the name of whoever gave the password of this account."""
    with _opened() as here:
        staff_id = _signed(here, name)
        with here.database.transaction() as session:
            yield _Act(
                session=session,
                staff_id=staff_id,
                keys=here.keys,
                deployment=here.deployment,
                settings=here.settings,
            )


@case_app.command("list")
def waiting() -> None:
    """What waits for a second person, in any case. Exit code 0 also when nothing does."""
    table = Table("case", "release", "to", "asked by")
    with _opened() as here, here.database.transaction() as session:
        for case, release_id, party, name in waiting_releases(session):
            table.add_row(str(case), str(release_id), party, name)
    Console(highlight=False, markup=False).print(table)


@case_app.command()
def show(number: Number, by: By) -> None:
    """When what is held leaves, and the releases with staff's reasons: reading those is in the audit."""
    table = Table("release", "to", "state", "asked by", "agreed", "ended by", "why", "reason")
    with _acting(by) as act:
        for line in read_releases(act.session, number, staff_id=act.staff_id, keys=act.keys):
            table.add_row(*_row(line))
        held = held_until(act.session, number, HoldRules.of(act.settings))
    Console(highlight=False, markup=False).print(table)
    typer.echo(f"what is held: {_until(held)}")


def _until(held: HeldUntil) -> str:
    if held.at is None:
        return "until they write and say that it is safe"
    return f"until {held.clock} there (UTC{held.offset})"


def _row(line: ReleaseLine) -> tuple[str, ...]:
    ended = (line.ended_by or "the person's own word") if line.ended_at else ""
    to = f"{line.party} ({line.duty})" if line.duty else line.party
    return (str(line.id), to, line.state, line.asked_by, line.approved_by or "", ended, line.why, line.reason)


@case_app.command()
def release(
    number: Number,
    to: Annotated[Party, typer.Option("--to", help="Whom to tell.")],
    reason: Annotated[str, typer.Option(help="Why, and what of it is told. Sealed with the case.")],
    by: By,
    duty: Annotated[Trigger | None, typer.Option(help="For a duty that deployment.yml lists.")] = None,
    other_authority: Annotated[
        bool, typer.Option("--other-authority", help="Another one than the named official's.")
    ] = False,
) -> None:
    """Ask to tell somebody outside. Refused, with the reason, where the rule says no."""
    wish = Wish(party=to, duty=duty, other_authority=other_authority)
    with _acting(by) as act:
        said = _told(release_desk.ask_release(act.session, number, wish, reason, **act.by_rule))
    typer.echo(said)


@case_app.command()
def approve(number: Number, release_id: ReleaseId, by: By) -> None:
    """Agree, as a second named person."""
    with _acting(by) as act:
        said = _told(release_desk.agree(act.session, number, release_id, **act.by_rule))
    typer.echo(said)


@case_app.command()
def deny(number: Number, release_id: ReleaseId, by: By) -> None:
    """Refuse, as a second named person; that ends it."""
    with _acting(by) as act:
        release_desk.refuse(act.session, number, release_id, staff_id=act.staff_id)
    typer.echo(f"release {release_id} of case {number} is refused")


@case_app.command()
def withdraw(number: Number, release_id: ReleaseId, by: By) -> None:
    """Take back what was asked or agreed to, before it is done."""
    with _acting(by) as act:
        release_desk.withdraw(act.session, number, release_id, staff_id=act.staff_id)
    typer.echo(f"release {release_id} of case {number} is taken back")


@case_app.command()
def done(number: Number, release_id: ReleaseId, by: By) -> None:
    """Say that they are told now; the rule is asked once more before it is written down."""
    with _acting(by) as act:
        said = _told(release_desk.mark_done(act.session, number, release_id, **act.by_rule))
    typer.echo(said)


@case_app.command()
def official(number: Number, by: By) -> None:
    """Mark that an official is involved: police are closed until the person chooses police after this."""
    with _acting(by) as act:
        release_desk.mark_official(act.session, number, staff_id=act.staff_id)
    typer.echo(f"case {number}: an official is involved")


_STATES = {
    ReleaseState.ASKED: "waits for a second named person: sampan case approve",
    ReleaseState.APPROVED: "may be told; say when it is done: sampan case done",
    ReleaseState.DONE: "is written down as told",
}


def _told(made: Release) -> str:
    return f"release {made.id} to {made.party.value} {_STATES[made.state]} ({SENTENCES[Why(made.why)]})"


def _signed(here: _Installation, name: str) -> int:
    """The account's id, once its password was given. AccountError otherwise; tries are counted as at the console."""
    with here.database.transaction() as session:
        attempt = begin_attempt(session, name)
    if attempt.too_soon:
        raise AccountError("too many wrong passwords: wait half a minute")
    passwords = Passwords()
    try:
        verdict = asyncio.run(passwords.verify(attempt.password_hash, _password(name)))
    finally:
        passwords.close()
    with here.database.transaction() as session:
        if verdict.right and attempt.staff_id is not None and record_success(session, attempt, verdict.new_hash):
            return attempt.staff_id
        record_failure(session, attempt)
    raise AccountError("no active account has this name and password")


def _password(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password of {name}", hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")
