"""Whom a person lets us tell, what they were told of the law, releases, officials, what a hotline records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("report", sa.Column("official_named_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hotline_verification", sa.Column("records", sa.Text(), nullable=True))
    op.create_table(
        "tell_choice",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("report_id", sa.BigInteger(), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("choice", sa.String(24), nullable=False),
        _now("at"),
    )
    op.create_index("tell_choice_of_report", "tell_choice", ["report_id", "id"])
    op.create_table(
        "rule_told",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), sa.ForeignKey("outbox.id", ondelete="CASCADE"), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text()), nullable=False),
        _now("at"),
    )
    op.create_index("rule_told_in_conversation", "rule_told", ["conversation_id"])
    _create_release()


def _create_release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("report_id", sa.BigInteger(), sa.ForeignKey("report.id"), nullable=False),
        sa.Column("party", sa.String(24), nullable=False),
        sa.Column("duty", sa.String(24), nullable=True),
        sa.Column("other_authority", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=False),
        _now("asked_at"),
        sa.Column("approved_by", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), sa.ForeignKey("staff.id"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approved_by is null or approved_by <> asked_by", name="two_named_persons"),
        sa.CheckConstraint(
            "not needs_second or approved_by is not null or state not in ('approved', 'done')",
            name="second_person_agreed",
        ),
    )
    op.create_index("release_of_report", "release", ["report_id", "id"])


def _now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
