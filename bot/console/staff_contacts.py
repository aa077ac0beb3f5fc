"""How a responder is woken: contacts and the roster as the operator sets them. Who is on call at an instant is decided
in escalation/roster.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.console.accounts import AccountError
from bot.database.session import database_now
from bot.database.tables import AuditEntry, RosterEntry, Staff, StaffContact
from bot.escalation import contact_codes
from bot.escalation.contact_codes import Typed
from bot.escalation.roster import places, who_is_on_call
from bot.escalation.roster_store import load_roster, load_ways
from bot.privacy.sealing import ServiceKeys, seal_with


@dataclass(frozen=True, kw_only=True)
class OnCallLine:
    """One line of `sampan oncall show`. `channel` is None when nothing would reach the person."""

    entry_id: int
    step_no: int
    name: str
    starts_at: datetime | None
    ends_at: datetime | None
    now: bool
    channel: str | None


@dataclass(frozen=True, kw_only=True)
class LinkCode:
    """What the person sends to the staff bot, once."""

    contact_id: int
    code: str = field(repr=False)


def add_address(
    session: Session, staff: Staff, *, channel: str, address: str, keys: ServiceKeys, vouched: bool = False
) -> StaffContact:
    """A contact at this address, last in the person's order. It is used once the code that is sent to it was typed
    back, or at once when the operator vouches for it. AccountError when the address is somebody's already."""
    address_hash = keys.lookup_hash("address", channel, address)
    taken = select(StaffContact.id).where(StaffContact.channel == channel, StaffContact.address_hash == address_hash)
    if session.scalar(taken) is not None:
        raise AccountError("this address is a contact already")
    contact = StaffContact(
        staff_id=staff.id,
        channel=channel,
        rank=_next_rank(session, staff),
        address_hash=address_hash,
        address_sealed=seal_with(keys.address, address),
        verified_at=func.now() if vouched else None,
    )
    _add(session, contact)
    if vouched:
        session.add(AuditEntry(staff_id=staff.id, action="contact_vouched_for"))
    else:
        contact_codes.send_code(session, contact, keys)
    return contact


def begin_link(session: Session, staff: Staff, *, channel: str, keys: ServiceKeys) -> LinkCode:
    """A contact that waits for its chat: whoever sends the code to the staff bot is it. An earlier code is void."""
    session.execute(
        delete(StaffContact).where(
            StaffContact.staff_id == staff.id,
            StaffContact.channel == channel,
            StaffContact.link_code_hash.is_not(None),
            StaffContact.address_sealed.is_(None),
        )
    )
    contact = StaffContact(staff_id=staff.id, channel=channel, rank=_next_rank(session, staff))
    code = contact_codes.new_link_code(session, contact, keys)
    return LinkCode(contact_id=_add(session, contact).id, code=code)


def list_contacts(session: Session, staff: Staff) -> Sequence[StaffContact]:
    """The person's contacts that are in use or wait for their code, the first to be tried first."""
    used = (StaffContact.address_sealed.is_not(None), StaffContact.link_code_hash.is_not(None))
    return session.scalars(
        select(StaffContact)
        .where(StaffContact.staff_id == staff.id, used[0] | used[1])
        .order_by(StaffContact.rank, StaffContact.id)
    ).all()


def find_contact(session: Session, staff: Staff, contact_id: int) -> StaffContact:
    """One of the person's contacts. AccountError when it is not theirs."""
    contact = session.scalar(
        select(StaffContact).where(StaffContact.id == contact_id, StaffContact.staff_id == staff.id)
    )
    if contact is None:
        raise AccountError(f"{staff.name} has no contact number {contact_id}")
    return contact


def send_code_again(session: Session, staff: Staff, contact_id: int, keys: ServiceKeys) -> bool:
    """Send a new code to a contact, also to a broken one that was mended. False when one went out within the last
    minute. AccountError when it is not theirs, or is a chat, which sends its code itself."""
    contact = find_contact(session, staff, contact_id)
    if contact.address_sealed is None:
        raise AccountError("nothing can be sent there yet; add it anew for a new code")
    return contact_codes.send_code(session, contact, keys)


def verify_contact(session: Session, staff: Staff, contact_id: int, code: str, keys: ServiceKeys) -> Typed:
    """The person typed the code that was sent to them. AccountError when the contact is not theirs."""
    return contact_codes.check_code(session, find_contact(session, staff, contact_id), code, keys)


def order_contacts(session: Session, staff: Staff, contact_ids: Sequence[int]) -> None:
    """Try these in this order from now on, and the person's others after them. AccountError when one is not theirs or
    stands there twice; then nothing is changed."""
    if len(set(contact_ids)) != len(contact_ids):
        raise AccountError("a contact stands there twice")
    first = [find_contact(session, staff, each) for each in contact_ids]
    rest = [each for each in list_contacts(session, staff) if each.id not in contact_ids]
    for rank, contact in enumerate([*first, *rest], start=1):
        contact.rank = rank
    session.add(AuditEntry(staff_id=staff.id, action="contacts_ordered"))


def remove_contact(session: Session, staff: Staff, contact_id: int) -> None:
    """Erase an address. The row stays without it, because pages refer to it. AccountError when it is not theirs."""
    find_contact(session, staff, contact_id)
    session.execute(
        update(StaffContact)
        .where(StaffContact.id == contact_id)
        .values(address_hash=None, address_sealed=None, link_code_hash=None, verified_at=None)
    )
    session.add(AuditEntry(staff_id=staff.id, action="contact_removed"))


def add_shift(
    session: Session, staff: Staff, *, step_no: int, starts_at: datetime | None, ends_at: datetime | None
) -> RosterEntry:
    """Put somebody on the roster. AccountError when the step is below 1 or the end is not after the start."""
    if step_no < 1:
        raise AccountError("steps are counted from 1")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise AccountError("the end must be after the start")
    entry = RosterEntry(staff_id=staff.id, step_no=step_no, starts_at=starts_at, ends_at=ends_at)
    session.add(entry)
    session.flush()
    session.add(AuditEntry(staff_id=staff.id, action="shift_added"))
    return entry


def remove_shifts(session: Session, staff: Staff, *, step_no: int | None) -> int:
    """Take somebody off the roster, off one step or all; how many entries went."""
    steps = () if step_no is None else (RosterEntry.step_no == step_no,)
    gone = session.execute(
        delete(RosterEntry).where(RosterEntry.staff_id == staff.id, *steps).returning(RosterEntry.id)
    ).all()
    session.add(AuditEntry(staff_id=staff.id, action="shift_removed"))
    return len(gone)


def roster_lines(session: Session) -> list[OnCallLine]:
    """The whole roster, and who of it would be woken at this instant."""
    now, roster = database_now(session), load_roster(session)
    standing = places(now, roster)  # an override may have taken them out
    reachable = {
        (each.step_no, each.staff_id): each.way.channel for each in who_is_on_call(now, roster, load_ways(session))
    }
    rows = session.execute(
        select(RosterEntry, Staff.name)
        .join(Staff, Staff.id == RosterEntry.staff_id)
        .where(Staff.active)
        .order_by(RosterEntry.step_no, RosterEntry.starts_at.nulls_first(), Staff.name)
    )
    return [
        OnCallLine(
            entry_id=entry.id,
            step_no=entry.step_no,
            name=name,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
            now=_covers(entry, now) and (entry.step_no, entry.staff_id) in standing,
            channel=reachable.get((entry.step_no, entry.staff_id)),
        )
        for entry, name in rows
    ]


def _covers(entry: RosterEntry, at: datetime) -> bool:
    return (entry.starts_at is None or entry.starts_at <= at) and (entry.ends_at is None or at < entry.ends_at)


def _next_rank(session: Session, staff: Staff) -> int:
    last = session.scalar(select(func.max(StaffContact.rank)).where(StaffContact.staff_id == staff.id))
    return (last or 0) + 1


def _add(session: Session, contact: StaffContact) -> StaffContact:
    session.add(contact)
    session.flush()
    session.add(AuditEntry(staff_id=contact.staff_id, action="contact_added"))
    return contact
