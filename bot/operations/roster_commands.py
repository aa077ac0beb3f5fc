"""`sampan oncall rotation|holiday|override|swap`: what changes the roster. The rules stand in bot/escalation."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from bot.database.session import database_now
from bot.database.states import OnHolidays
from bot.database.tables import Staff
from bot.escalation import roster_changes, rotation_changes
from bot.escalation.roster import first_ways
from bot.escalation.roster_store import load_ways
from bot.escalation.rotations import RotationRule
from bot.escalation.wall_time import RosterError, typed_day, typed_hour
from bot.operations.roster_desk import Begin, By, Desk, Name, Step, Until, Zone, desk, local, print_table

rotation_app = typer.Typer(no_args_is_help=True, help="People who take turns, in local wall time.")
holiday_app = typer.Typer(no_args_is_help=True, help="Days on which rotations may differ.")
override_app = typer.Typer(no_args_is_help=True, help="For a time: somebody stands in, is away, comes in addition.")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Annotated[str, typer.Argument(help="2026-12-31, a local day.")]


@rotation_app.command("add")
def add_rotation(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    members: Annotated[list[str], typer.Argument(help="Who takes turns, the first one first.")],
    step: Step = 1,
    begin: Annotated[str | None, typer.Option("--from", help="Its first day, 2026-11-22; else today.")] = None,
    until: Annotated[str | None, typer.Option(help="The first day on which it is over.")] = None,
    turn_days: Annotated[int, typer.Option("--days", help="How many days a turn lasts.")] = 7,
    hands_over_at: Annotated[str | None, typer.Option("--at", help="When a turn begins; else 08:00.")] = None,
    between: Annotated[
        str | None, typer.Option(help="On call only at these hours, 20:00-08:00; a turn then begins with them.")
    ] = None,
    weekdays: Annotated[str | None, typer.Option(help="mon,tue,...: the days on which it stands.")] = None,
    holidays: Annotated[OnHolidays, typer.Option(help="Like any day, off, or on holidays only.")] = OnHolidays.AS_USUAL,
    zone: Zone = None,
    by: By = None,
) -> None:
    """People who take turns at a step."""
    with desk() as here:
        clock = here.zone(zone)
        first = typed_day(begin) if begin else database_now(here.session).astimezone(clock).date()
        rule = _hours_of_day(rotation_changes.usual_rule(step, clock, first), between, hands_over_at)
        rule = replace(
            rule,
            ends_on=typed_day(until) if until else None,
            turn_days=turn_days,
            weekdays=_weekdays(weekdays),
            on_holidays=holidays,
        )
        people = [here.staff(each) for each in members]
        rotation_changes.add_rotation(here.session, name, rule, people, by=here.by(by))
        _warn_of_unreachable(here, people)
    typer.echo(f"{name} stands from {rule.starts_on} at {rule.hands_over_at:%H:%M} ({clock.key})")


@rotation_app.command("list")
def list_rotations() -> None:
    """All of them."""
    with desk() as here:
        lines = rotation_changes.list_rotations(here.session)
    rows = [(line.name, str(line.rule.step_no), " → ".join(line.members), _told(line.rule)) for line in lines]
    print_table(("name", "step", "turns", "when"), rows, "no rotations")


@rotation_app.command("remove")
def remove_rotation(name: Annotated[str, typer.Argument()], by: By = None) -> None:
    """Take a rotation off the roster."""
    with desk() as here:
        rotation_changes.remove_rotation(here.session, name, by=here.by(by))
    typer.echo("removed")


@holiday_app.command("add")
def add_holiday(day: Day, name: Annotated[str, typer.Argument(help="What it is called.")], by: By = None) -> None:
    """Make a day a holiday, for rotations that differ on holidays."""
    with desk() as here:
        rotation_changes.add_holiday(here.session, typed_day(day), name, by=here.by(by))
    typer.echo("added")


@holiday_app.command("list")
def list_holidays() -> None:
    """Those to come."""
    with desk() as here:
        today = database_now(here.session).astimezone(here.deployment.zone).date()
        rows = [(f"{each.day:%a %Y-%m-%d}", each.name) for each in rotation_changes.list_holidays(here.session, today)]
    print_table(("day", "name"), rows, "no holidays")


@holiday_app.command("remove")
def remove_holiday(day: Day, by: By = None) -> None:
    """Make it a day like any other."""
    with desk() as here:
        rotation_changes.remove_holiday(here.session, typed_day(day), by=here.by(by))
    typer.echo("removed")


@override_app.command("add")
def add_override(
    name: Name,
    begin: Begin,
    until: Until,
    absent: Annotated[str | None, typer.Option("--for", help="Whom they stand in for; else in addition.")] = None,
    step: Step = 1,
    zone: Zone = None,
    by: By = None,
) -> None:
    """Somebody stands in for another, or comes in addition."""
    with desk() as here:
        present, away = here.staff(name), here.staff(absent) if absent else None
        number = roster_changes.add_override(
            here.session,
            absent=away,
            present=present,
            step_no=step if away is None else None,
            hours=here.hours(begin, until, zone),
            by=here.by(by),
        )
        _warn_of_unreachable(here, [present])
    typer.echo(f"override number {number} stands")


@override_app.command("away")
def add_absence(name: Name, begin: Begin, until: Until, zone: Zone = None, by: By = None) -> None:
    """Somebody is away and nobody stands in; see `oncall gaps` afterwards."""
    with desk() as here:
        hours = here.hours(begin, until, zone)
        number = roster_changes.add_override(
            here.session, absent=here.staff(name), present=None, step_no=None, hours=hours, by=here.by(by)
        )
    typer.echo(f"override number {number} stands; sampan oncall gaps shows whether anybody is missing now")


@override_app.command("list")
def list_overrides(zone: Zone = None) -> None:
    """Those that are not over yet."""
    with desk() as here:
        clock = here.zone(zone)
        names = {staff.id: staff.name for staff in here.session.query(Staff)}
        rows = [
            (
                str(row.id),
                names[row.present_id] if row.present_id else "nobody",
                f"for {names[row.absent_id]}" if row.absent_id else f"in addition, step {row.step_no}",
                local(row.during.lower, clock),
                local(row.during.upper, clock),
                f"of swap {row.swap_of}" if row.swap_of else "",
            )
            for row in roster_changes.coming_overrides(here.session)
        ]
    print_table(("number", "who", "how", f"from ({clock.key})", "until", ""), rows, "no overrides")


@override_app.command("remove")
def remove_override(
    number: Annotated[int, typer.Argument(help="Its number in `override list`.")], by: By = None
) -> None:
    """Take an override back; of a swap both halves."""
    with desk() as here:
        gone = roster_changes.remove_override(here.session, number, by=here.by(by))
    typer.echo("removed" if gone == 1 else "removed, with the other half of the swap")


def swap_hours(
    name: Name,
    colleague: Annotated[str, typer.Argument(help="Who takes these hours.")],
    begin: Begin,
    until: Until,
    back_from: Annotated[str | None, typer.Option(help="The colleague's hours taken in return; else the same.")] = None,
    back_until: Annotated[str | None, typer.Option(help="The same.")] = None,
    zone: Zone = None,
    by: By = None,
) -> None:
    """Two people swap hours: both halves stand, or neither."""
    if (back_from is None) is not (back_until is None):
        raise RosterError("the hours in return have a beginning and an end")
    with desk() as here:
        first, second = here.staff(name), here.staff(colleague)
        hours = here.hours(begin, until, zone)
        back = here.hours(back_from, back_until, zone) if back_from and back_until else hours
        there, returned = roster_changes.swap(
            here.session, first=first, second=second, hours=hours, back=back, by=here.by(by)
        )
        _warn_of_unreachable(here, [first, second])
    typer.echo(f"swapped: overrides number {there} and {returned}")


def _hours_of_day(rule: RotationRule, between: str | None, hands_over_at: str | None) -> RotationRule:
    if between is not None:
        begins, dash, ends = between.partition("-")
        if not dash:
            raise RosterError("hours of the day are written 20:00-08:00")
        rule = rotation_changes.only_between(rule, typed_hour(begins), typed_hour(ends))
    return replace(rule, hands_over_at=typed_hour(hands_over_at)) if hands_over_at else rule


def _weekdays(written: str | None) -> frozenset[int]:
    named = [each.strip().lower() for each in written.split(",")] if written else []
    if not set(named) <= set(_WEEKDAYS):
        raise RosterError(f"weekdays are {', '.join(_WEEKDAYS)}, with commas between")
    return frozenset(_WEEKDAYS.index(each) + 1 for each in named)


def _told(rule: RotationRule) -> str:
    days = ",".join(_WEEKDAYS[each - 1] for each in sorted(rule.weekdays)) or "every day"
    hours = f"{rule.from_time:%H:%M}-{rule.until_time:%H:%M}" if rule.from_time and rule.until_time else "all day"
    ends = f" until {rule.ends_on}" if rule.ends_on else ""
    holidays = "" if rule.on_holidays is OnHolidays.AS_USUAL else f", holidays: {rule.on_holidays.value}"
    return (
        f"{rule.turn_days} d from {rule.starts_on} {rule.hands_over_at:%H:%M}{ends}, {days}, {hours}{holidays} "
        f"({rule.zone.key})"
    )


def _warn_of_unreachable(here: Desk, people: list[Staff]) -> None:
    """On call means reachable: who is not counts as absent, and whoever sets the roster must know."""
    reached = first_ways(load_ways(here.session))
    for staff in people:
        if staff.id not in reached:
            typer.echo(f"but nothing reaches {staff.name} yet: sampan staff contact add", err=True)
