"""`sampan oncall`: who is on call now, this week, and when nobody is; fixed places. What changes the roster otherwise
stands in roster_commands.py, calendars in calendar_commands.py, how patient we are in policy_commands.py."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from bot.console import staff_contacts
from bot.database.session import database_now
from bot.database.tables import Staff
from bot.escalation.duty import duties
from bot.escalation.forecast import AHEAD, gaps
from bot.escalation.roster import first_ways, places, who_is_on_call
from bot.escalation.roster_store import load_roster, load_ways
from bot.operations import calendar_commands, policy_commands, roster_commands
from bot.operations.roster_desk import Desk, Name, Step, Zone, desk, local, print_table

oncall_app = typer.Typer(no_args_is_help=True, help="Who is on call, at which step, from when to when.")
oncall_app.add_typer(roster_commands.rotation_app, name="rotation")
oncall_app.add_typer(roster_commands.holiday_app, name="holiday")
oncall_app.add_typer(roster_commands.override_app, name="override")
oncall_app.add_typer(policy_commands.policy_app, name="policy")
oncall_app.command("swap")(roster_commands.swap_hours)
oncall_app.command("export")(calendar_commands.export)
oncall_app.command("import")(calendar_commands.import_file)
oncall_app.command("feed")(calendar_commands.feed)

_SOON = timedelta(hours=24)
_NOBODY = "nobody can be woken now: an urgent message goes to every account with a working contact"


@oncall_app.command("add")
def add_shift(
    name: Name,
    step: Step = 1,
    begin: Annotated[
        str | None, typer.Option("--from", help="2026-11-22T20:00, local time of the zone; without it, at once.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The same; without it, until removed.")] = None,
    zone: Zone = None,
) -> None:
    """Give somebody a fixed place."""
    with desk() as here:
        staff = here.staff(name)
        starts = here.instant(begin, zone) if begin else None
        ends = here.instant(until, zone) if until else None
        staff_contacts.add_shift(here.session, staff, step_no=step, starts_at=starts, ends_at=ends)
        reachable = staff.id in first_ways(load_ways(here.session))
        who = staff.name
    typer.echo(f"{who} is on the roster at step {step}")
    if not reachable:
        typer.echo(f"but nothing reaches {who} yet: sampan staff contact add", err=True)


@oncall_app.command("remove")
def remove_shift(
    name: Name, step: Annotated[int | None, typer.Option(help="Only this step; else all of them.")] = None
) -> None:
    """Take away somebody's fixed places. Rotations stay: `oncall rotation`, `oncall override away`."""
    with desk() as here:
        gone = staff_contacts.remove_shifts(here.session, here.staff(name), step_no=step)
    typer.echo(f"{gone} entries removed")


@oncall_app.command("show")
def show_roster(zone: Zone = None) -> None:
    """The fixed places. Exit code 1 when nobody would be woken at this instant."""
    with desk() as here:
        clock = here.zone(zone)
        lines = staff_contacts.roster_lines(here.session)
        anybody = _anybody(here)
    rows = [
        (
            str(line.step_no),
            line.name,
            local(line.starts_at, clock),
            local(line.ends_at, clock),
            f"yes, by {line.channel}" if line.now and line.channel else "NOT REACHABLE" if line.now else "no",
        )
        for line in lines
    ]
    print_table(("step", "name", f"from ({clock.key})", "until", "on call now"), rows, "no fixed places")
    _end_unless(anybody)


@oncall_app.command("now")
def show_now(zone: Zone = None) -> None:
    """Who would be woken at this instant, and until when. Exit code 1 when nobody would."""
    with desk() as here:
        now, clock, roster = database_now(here.session), here.zone(zone), load_roster(here.session)
        ways = first_ways(load_ways(here.session))
        names = _names(here)
        ends = {(each.step_no, each.staff_id): each.ends_at for each in reversed(duties(now, now + AHEAD, roster))}
        rows = [
            (
                str(step),
                names[who],
                ways[who].channel if who in ways else "NOT REACHABLE",
                ", ".join(sorted(roster.people[who].reads)),
                local(ends[step, who], clock) if ends[step, who] < now + AHEAD else "more than 14 days",
            )
            for step, who in sorted(places(now, roster))
        ]
        anybody = _anybody(here)
    print_table(("step", "name", "woken by", "reads", f"until ({clock.key})"), rows, "nobody is on the roster now")
    _end_unless(anybody)


@oncall_app.command("week")
def show_week(
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days from now.")] = 7, zone: Zone = None
) -> None:
    """Who stands where in the coming days, after overrides and swaps."""
    with desk() as here:
        now, clock, names = database_now(here.session), here.zone(zone), _names(here)
        found = duties(now, now + timedelta(days=days), load_roster(here.session))
        rows = [
            (local(each.starts_at, clock), local(each.ends_at, clock), str(each.step_no), names[each.staff_id])
            for each in found
        ]
    print_table((f"from ({clock.key})", "until", "step", "name"), rows, "nobody is on the roster in that time")


@oncall_app.command("gaps")
def show_gaps(zone: Zone = None) -> None:
    """When, in the next 14 days, nobody can be reached, or nobody who reads a language. Exit code 1 when such a time
    begins within 24 hours."""
    with desk() as here:
        now, clock = database_now(here.session), here.zone(zone)
        languages = [language.value for language in here.deployment.languages]
        found = gaps(now, load_roster(here.session), load_ways(here.session), languages)
    rows = [
        (
            "NOBODY" if gap.language is None else f"nobody who reads {gap.language}",
            local(gap.starts_at, clock),
            local(gap.ends_at, clock),
            f"{(gap.ends_at - gap.starts_at).total_seconds() / 3600:.1f}",
        )
        for gap in found
    ]
    print_table(("who is missing", f"from ({clock.key})", "until", "hours"), rows, "no gap in the next 14 days")
    if any(gap.starts_at < now + _SOON for gap in found):
        raise typer.Exit(1)


def _names(here: Desk) -> dict[int, str]:
    return {staff.id: staff.name for staff in here.session.query(Staff)}


def _anybody(here: Desk) -> bool:
    return bool(who_is_on_call(database_now(here.session), load_roster(here.session), load_ways(here.session)))


def _end_unless(anybody: bool) -> None:
    if not anybody:
        typer.echo(_NOBODY, err=True)
        raise typer.Exit(1)
