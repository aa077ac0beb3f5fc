"""`sampan oncall policy`: how long each step waits, how long taking a case holds, who is the last resort."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy import select

from bot.database.tables import Staff
from bot.escalation.policy import Policy
from bot.escalation.policy_store import current_policy, newest_id, set_policy
from bot.escalation.wall_time import RosterError
from bot.operations.roster_desk import By, desk, print_table
from bot.reports.urgency import Urgency

policy_app = typer.Typer(no_args_is_help=True, help="How patient the engine is; a version for each change.")

_DURATION = re.compile(r"(\d{1,5})(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}


@policy_app.command("show")
def show_policy() -> None:
    """What alarms are raised under now. An open alarm keeps the version it was raised under."""
    with desk() as here:
        policy, version = current_policy(here.session, here.settings), newest_id(here.session)
        wanted = select(Staff.name).where(Staff.id.in_(policy.last_resort)).order_by(Staff.name)
        resort = ", ".join(here.session.scalars(wanted)) or "everybody with a working contact"
    rows = [
        ("version", str(version) if version is not None else "built in"),
        ("a step waits", _told(policy.wait)),
        *((f"a step waits, {urgency.value}", _told(each)) for urgency, each in policy.waits.items()),
        ("taking a case holds", _told(policy.lease)),
        *((f"taking a case holds, {urgency.value}", _told(each)) for urgency, each in policy.leases.items()),
        ("the steps are gone through", f"{policy.loops} times"),
        ("last resort", resort),
    ]
    print_table(("rule", "value"), rows, "")


@policy_app.command("set")
def change_policy(
    wait: Annotated[str | None, typer.Option(help="How long a step waits: 60s, 5m.")] = None,
    lease: Annotated[str | None, typer.Option(help="How long taking a case holds without a word: 10m.")] = None,
    loops: Annotated[int | None, typer.Option(help="How often the steps are gone through.")] = None,
    wait_for: Annotated[list[str] | None, typer.Option(help="For one urgency: critical=30s. Repeatable.")] = None,
    lease_for: Annotated[list[str] | None, typer.Option(help="The same for the lease. Repeatable.")] = None,
    last_resort: Annotated[list[str] | None, typer.Option(help="Who is the last resort. Repeatable.")] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="The last resort is everybody.")] = False,
    by: By = None,
) -> None:
    """A new version for alarms raised from now on; what is not named stays as it is."""
    with desk() as here:
        policy = current_policy(here.session, here.settings)
        policy = replace(
            policy,
            wait=_duration(wait) if wait else policy.wait,
            lease=_duration(lease) if lease else policy.lease,
            loops=policy.loops if loops is None else loops,
            waits={**policy.waits, **_by_urgency(wait_for)},
            leases={**policy.leases, **_by_urgency(lease_for)},
            last_resort=_last_resort(policy, [here.staff(each) for each in last_resort or ()], everybody),
        )
        who = here.by(by)
        version = set_policy(here.session, policy, staff_id=who.id if who else None)
    typer.echo(f"version {version} holds for alarms raised from now on")


def _last_resort(policy: Policy, people: list[Staff], everybody: bool) -> frozenset[int]:
    if everybody:
        return frozenset()
    for staff in people:
        if not staff.active:
            raise RosterError(f"the account of {staff.name} is disabled: nothing would wake them")
    return frozenset(staff.id for staff in people) or policy.last_resort


def _by_urgency(written: list[str] | None) -> dict[Urgency, timedelta]:
    found = {}
    for each in written or ():
        name, _, value = each.partition("=")
        try:
            found[Urgency(name.strip().upper())] = _duration(value)
        except ValueError:
            raise RosterError(f"{each!r} is not understood; write critical=30s") from None
    return found


def _duration(written: str) -> timedelta:
    found = _DURATION.fullmatch(written.strip())
    if found is None:
        raise RosterError(f"{written!r} is no duration; write 30s, 5m or 1h")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def _told(each: timedelta) -> str:
    return f"{each.total_seconds():.0f} s"
