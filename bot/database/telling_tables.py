"""The tables of who may be told of a case: what the person chose, what they had been told, what staff released. They
are read through tables.py, as all others."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, false, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from bot.database.states import Choice, ReleaseState
from bot.database.table_class import Table, coded
from bot.deployment import Party, Trigger


class TellChoice(Table):
    """Whom we may tell, as the person answered. Never changed: the newest of a case counts, staff see them all."""

    __tablename__ = "tell_choice"
    __table_args__ = (Index("tell_choice_of_report", "report_id", "id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    choice: Mapped[Choice] = mapped_column(coded(Choice))
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class RuleTold(Table):
    """Who may be told without their word, as one message said it; it counts once that message has left."""

    __tablename__ = "rule_told"
    __table_args__ = (Index("rule_told_in_conversation", "conversation_id"),)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversation.id"))
    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    rules: Mapped[list[str]] = mapped_column(ARRAY(Text))  # coded: child_in_danger:police, tip:labour
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Release(Table):
    """The permission to tell one party outside of one case, and who gave it. Nothing is sent by it."""

    __tablename__ = "release"
    __table_args__ = (
        Index("release_of_report", "report_id", "id"),
        CheckConstraint("approved_by is null or approved_by <> asked_by", name="two_named_persons"),
        CheckConstraint(
            "not needs_second or approved_by is not null or state not in ('approved', 'done')",
            name="second_person_agreed",
        ),
    )
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    party: Mapped[Party] = mapped_column(coded(Party))
    duty: Mapped[Trigger | None] = mapped_column(coded(Trigger))  # the duty it is asked for, if for one
    other_authority: Mapped[bool] = mapped_column(server_default=false())  # not the one that the named official is of
    reason_sealed: Mapped[bytes | None]  # staff's words, sealed to the conversation; None once it was erased
    why: Mapped[str]  # the rule that let it be asked, coded (bot/reports/release.py)
    needs_second: Mapped[bool]
    state: Mapped[ReleaseState] = mapped_column(coded(ReleaseState))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: the person's own word ended it
    ended_at: Mapped[datetime | None]  # done, denied or withdrawn
