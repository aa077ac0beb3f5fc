"""The tables of who works here, who is woken when, and what became of every alarm. They are read through tables.py, as
all others. Nothing here holds a word of a reporter's: an alarm has coded reasons, a page has numbers."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.states import AlarmState, CallState, HandOverState, OnHolidays, StaffRole
from bot.database.table_class import Table, coded


class Staff(Table):
    """A staff account. Staff are known by the name they work under."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]  # argon2id
    language: Mapped[str] = mapped_column(default="en")  # of pages and console
    reads: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # further languages they read
    conflicts: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # of cases they may not take
    feed_token_hash: Mapped[bytes | None] = mapped_column(
        unique=True
    )  # of the address of their calendar; None: no such
    role: Mapped[StaffRole] = mapped_column(coded(StaffRole), default=StaffRole.RESPONDER)
    active: Mapped[bool] = mapped_column(default=True)
    failed_logins: Mapped[int] = mapped_column(default=0)
    login_not_before: Mapped[datetime | None]  # a growing pause after wrong passwords, never a lock-out
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class StaffContact(Table):
    """One way to wake one responder."""

    __tablename__ = "staff_contact"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    channel: Mapped[str]
    rank: Mapped[int] = mapped_column(default=1)  # 1 is tried first
    address_hash: Mapped[bytes | None]
    address_sealed: Mapped[bytes | None]
    link_code_hash: Mapped[bytes | None]  # until the code was written: from that chat, or where it was shown
    code_sent_at: Mapped[datetime | None]  # a code goes out once a minute, and is good for ten
    code_tries: Mapped[int] = mapped_column(server_default="0")  # five at most
    verified_at: Mapped[datetime | None]
    broken_at: Mapped[datetime | None]
    broken_reason: Mapped[str | None]


class RosterEntry(Table):
    """Who is on call, at which step, from when to when; open-ended when a bound is None."""

    __tablename__ = "roster_entry"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    step_no: Mapped[int]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]


class Rotation(Table):
    """People who take turns at one step, in local wall time. Whose turn it is is computed, never stored."""

    __tablename__ = "rotation"
    __table_args__ = (CheckConstraint("turn_days between 1 and 366", name="turn_days_sane"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    step_no: Mapped[int]
    zone: Mapped[str]  # IANA
    starts_on: Mapped[date]  # the first turn is that of the first member
    ends_on: Mapped[date | None]  # the first day on which it is over
    hands_over_at: Mapped[time]  # local
    turn_days: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default="{}")  # ISO 1 to 7; none: all
    from_time: Mapped[time | None]  # on call only between these two, local; past midnight when the second is earlier
    until_time: Mapped[time | None]
    on_holidays: Mapped[OnHolidays] = mapped_column(coded(OnHolidays), server_default=OnHolidays.AS_USUAL.value)


class RotationMember(Table):
    """One place in a rotation."""

    __tablename__ = "rotation_member"
    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Holiday(Table):
    """A day on which rotations may differ; a local date."""

    __tablename__ = "holiday"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]


class RosterOverride(Table):
    """For a time, somebody stands in for somebody, is away, or comes in addition. Two for one absent person never
    overlap: the database refuses it. (The embedded PostgreSQL has no btree_gist, hence a range of one id.)"""

    __tablename__ = "roster_override"
    __table_args__ = (
        CheckConstraint("absent_id is not null or present_id is not null", name="override_names_somebody"),
        CheckConstraint("absent_id is distinct from present_id", name="nobody_for_themselves"),
        CheckConstraint("absent_id is not null or step_no is not null", name="addition_has_a_step"),
        ExcludeConstraint(
            (literal_column("int8range(absent_id, absent_id, '[]')"), "&&"),
            (literal_column("during"), "&&"),
            name="one_override_at_a_time",
            where=text("absent_id is not null"),
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    absent_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    present_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: nobody stands in
    step_no: Mapped[int | None]  # of an addition; a stand-in stands where the absent one would
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    swap_of: Mapped[int | None] = mapped_column(ForeignKey("roster_override.id", ondelete="CASCADE"))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OncallPolicy(Table):
    """A version of the policy: how long each step waits, how often the steps are gone through, who is the last resort.
    Append-only; an alarm keeps the version it was raised under."""

    __tablename__ = "oncall_policy"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    body: Mapped[dict[str, Any]]


class Alarm(Table):
    """An urgent report that needs a human now. Its reason stays, without words, until a human closes it."""

    __tablename__ = "alarm"
    __table_args__ = (
        UniqueConstraint("report_id", "epoch"),
        Index("alarm_due", "next_action_at", postgresql_where=text("state in ('waiting', 'paging', 'acknowledged')")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    epoch: Mapped[int]
    state: Mapped[AlarmState] = mapped_column(coded(AlarmState))
    urgency: Mapped[str]
    reason: Mapped[str]
    about: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")  # coded, to find who may take it
    drill: Mapped[bool] = mapped_column(server_default=false())  # a test alarm: no reporter stands behind it
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("oncall_policy.id"))  # None: the built-in one
    step_no: Mapped[int] = mapped_column(default=0)  # 0 before the first page
    loop_no: Mapped[int] = mapped_column(default=0)
    next_action_at: Mapped[datetime]
    raised_at: Mapped[datetime] = mapped_column(server_default=func.now())
    first_paged_at: Mapped[datetime | None]  # the first page left
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    acknowledged_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]  # by hand, once in an epoch
    exhausted_at: Mapped[datetime | None]  # everybody was tried; the reporter was told the truth
    closed_at: Mapped[datetime | None]


class Page(Table):
    """One way to one responder at one step. The unique key makes a duplicate impossible by construction."""

    __tablename__ = "page"
    __table_args__ = (UniqueConstraint("alarm_id", "epoch", "step_no", "loop_no", "contact_id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    epoch: Mapped[int]
    step_no: Mapped[int]
    loop_no: Mapped[int]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("responder_call.id"))  # asked for by name, beside the steps
    hand_over_id: Mapped[int | None] = mapped_column(ForeignKey("hand_over.id"))  # asked to take the case over
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("staff_contact.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    wrong_codes: Mapped[int] = mapped_column(default=0)


class ResponderCall(Table):
    """Somebody was asked for by name, also on an alarm that is taken already: paged until they themselves answer."""

    __tablename__ = "responder_call"
    __table_args__ = (
        Index("one_call_at_a_time", "alarm_id", "staff_id", unique=True, postgresql_where=text("state = 'paging'")),
        Index("responder_call_due", "next_action_at", postgresql_where=text("state = 'paging'")),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    epoch: Mapped[int]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    called_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    called_at: Mapped[datetime] = mapped_column(server_default=func.now())
    state: Mapped[CallState] = mapped_column(coded(CallState), default=CallState.PAGING)
    tries: Mapped[int] = mapped_column(server_default="0")
    next_action_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class HandOver(Table):
    """The owner of an alarm asks a colleague to take it; it is theirs only once they accept."""

    __tablename__ = "hand_over"
    __table_args__ = (Index("one_hand_over_open", "alarm_id", unique=True, postgresql_where=text("state = 'asked'")),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    epoch: Mapped[int]
    from_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[HandOverState] = mapped_column(coded(HandOverState), default=HandOverState.ASKED)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_at: Mapped[datetime | None]


class AlarmEvent(Table):
    """What became of an alarm and of each of its pages, in order; append-only, coded words and numbers only."""

    __tablename__ = "alarm_event"
    __table_args__ = (Index("alarm_event_of_alarm", "alarm_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarm.id"))
    epoch: Mapped[int]
    page_id: Mapped[int | None] = mapped_column(ForeignKey("page.id"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    kind: Mapped[str]  # of bot/escalation/history.py
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who did it, or to whom it was done
    detail: Mapped[dict[str, Any] | None]


class EngineHeartbeat(Table):
    """A process whose loops run; gone from here a while after it was last seen."""

    __tablename__ = "engine_heartbeat"
    process_id: Mapped[UUID] = mapped_column(primary_key=True)
    schema_version: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AuditorPass(Table):
    """The auditor's last look at the alarms; one row."""

    __tablename__ = "auditor_pass"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    looked_at: Mapped[datetime]
    passed_at: Mapped[datetime | None]  # the last look that found nothing wrong
    findings: Mapped[int] = mapped_column(server_default="0")
    pinged_at: Mapped[datetime | None]  # the dead-man address heard from us
