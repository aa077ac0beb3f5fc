"""Who works in a simulated night, and the reports there are."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from bench.oncall.clocked_database import FIRST_NUMBER, ClockedDatabase
from bot.database.states import ReportKind
from bot.database.tables import (
    ContactPoint,
    Conversation,
    Report,
    RosterEntry,
    Rotation,
    RotationMember,
    Staff,
    StaffContact,
)
from bot.privacy.sealing import ServiceKeys, seal_with
from bot.reports.urgency import Urgency

if TYPE_CHECKING:
    from bench.oncall.world import World

TEAM = {"Ana": 1, "Bo": 1, "Chai": 2, "Dara": 2, "Eng": 3, "Fon": None}  # the last is nobody but the last resort
HAND_OVER = {"Europe/London": time(1, 30)}
_HAND_OVER = time(2, 30)


def put_people_on_call(world: World) -> dict[str, int]:
    """Six people with two ways each; addresses by contact. Where the night is that of a change of clocks, the first
    step is a rotation that hands over in the hour which does not exist, or exists twice."""
    keys, contacts = world.composer.keys, {}
    with world.database.transaction() as session:
        people = {name: _person(session, name) for name in TEAM}
        for name, step in TEAM.items():
            for rank, channel in enumerate(("telegram_staff", "sms"), start=1):
                address = f"{channel} of {name}"
                contacts[address] = _contact(session, people[name], channel, rank, address, keys)
            if step is not None and not (step == 1 and world.plan.zone):
                session.add(RosterEntry(staff_id=people[name], step_no=step))
        if world.plan.zone:
            _rotation(session, world, [people["Ana"], people["Bo"]])
    return contacts


def _person(session: Session, name: str) -> int:
    staff = Staff(name=name, language="en")
    session.add(staff)
    session.flush()
    return staff.id


def _contact(session: Session, staff_id: int, channel: str, rank: int, address: str, keys: ServiceKeys) -> int:
    contact = StaffContact(
        staff_id=staff_id,
        channel=channel,
        rank=rank,
        address_hash=keys.lookup_hash("address", channel, address),
        address_sealed=seal_with(keys.address, address),
        verified_at=func.now(),
    )
    session.add(contact)
    session.flush()
    return contact.id


def _rotation(session: Session, world: World, members: list[int]) -> None:
    zone = world.plan.zone
    assert zone is not None
    today = world.clock.now().astimezone(ZoneInfo(zone)).date()
    rotation = Rotation(
        name="nights",
        step_no=1,
        zone=zone,
        starts_on=today - timedelta(days=5),
        hands_over_at=HAND_OVER.get(zone, _HAND_OVER),
        turn_days=1,
    )
    session.add(rotation)
    session.flush()
    for position, staff_id in enumerate(members):
        session.add(RotationMember(rotation_id=rotation.id, position=position, staff_id=staff_id))


def write_reports(database: ClockedDatabase, count: int) -> list[int]:
    """So many open help requests, each of somebody else; their numbers."""
    ids: list[UUID] = [uuid4() for _ in range(count)]
    numbers = [FIRST_NUMBER + index for index in range(count)]
    with database.transaction() as session:
        session.execute(
            insert(Conversation),
            [{"id": each, "pseudonym": str(each), "language": "en", "public_key": bytes(32)} for each in ids],
        )
        session.execute(insert(ContactPoint), [{"conversation_id": each, "channel": "sms"} for each in ids])
        session.execute(
            insert(Report),
            [
                {
                    "number": number,
                    "conversation_id": each,
                    "kind": ReportKind.HELP_REQUEST,
                    "urgency": Urgency.CRITICAL.value,
                    "urgency_reasons": ["violence_now"],
                    "language": "en",
                }
                for number, each in zip(numbers, ids, strict=True)
            ],
        )
    return numbers
