"""Who could be woken for one alarm at this moment. Looked up anew at every step: the policy is that of the alarm, the
people are those of now (rule 11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.session import database_now
from bot.database.tables import Alarm, Report, Staff
from bot.escalation.needs import Needs, Person
from bot.escalation.roster import OnCall, Roster, Way, everybody_reachable, first_ways, to_wake, who_is_on_call
from bot.escalation.roster_store import load_roster, load_ways


@dataclass(frozen=True, kw_only=True)
class Team:
    """`on_call` are those on the roster who can be reached and may take the case, `anybody` those off it as well."""

    roster: Roster
    ways: tuple[Way, ...]
    needs: Needs
    on_call: tuple[OnCall, ...]
    anybody: tuple[OnCall, ...]

    def of_step(self, step_no: int) -> tuple[OnCall, ...]:
        """Whom of a step to wake."""
        return to_wake(step_no, self.on_call, self.roster, self.needs)

    def by_name(self, staff_ids: Collection[int]) -> tuple[OnCall, ...]:
        """Those of these who can be reached and may take the case, by their first way."""
        return tuple(each for each in self.anybody if each.staff_id in staff_ids)

    def may_take(self, staff_id: int) -> bool:
        """Whether nothing of the case is among what this person may not take."""
        person = self.roster.people.get(staff_id)
        return person is not None and person.may_take(self.needs)

    def next_way(self, staff_id: int, tried: Collection[int]) -> Way | None:
        """The first of a person's ways that is not among the contacts `tried`; None when none is left for the case."""
        left = [way for way in self.ways if way.contact_id not in tried]
        return first_ways(left).get(staff_id) if self.may_take(staff_id) else None

    def left_asleep(self, step_no: int, paged: Collection[int]) -> tuple[OnCall, ...]:
        """Those of a step whom a language let sleep, although nobody who was `paged` for it can be reached."""
        return tuple(each for each in self.on_call if each.step_no == step_no and each.staff_id not in paged)


def team_for(session: Session, alarm: Alarm) -> Team:
    """As the roster, the contacts and the case stand now."""
    roster, ways, needs = load_roster(session), load_ways(session), needs_of(session, alarm)
    return Team(
        roster=roster,
        ways=ways,
        needs=needs,
        on_call=who_is_on_call(database_now(session), roster, ways, needs),
        anybody=everybody_reachable(roster, ways, needs),
    )


def may_take(session: Session, alarm: Alarm, staff_id: int) -> bool:
    """Whether nothing of the case, as it is known now, is among what this person may not take."""
    conflicts = session.scalar(select(Staff.conflicts).where(Staff.id == staff_id)) or []
    return Person(staff_id=staff_id, conflicts=frozenset(conflicts)).may_take(needs_of(session, alarm))


def needs_of(session: Session, alarm: Alarm) -> Needs:
    """What the alarm asks of who takes it, as far as it is known by now."""
    language = session.scalar(select(Report.language).where(Report.id == alarm.report_id))
    return Needs(language=language, about=frozenset({alarm.reason, *alarm.about}))
