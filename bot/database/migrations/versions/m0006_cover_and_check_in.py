"""Words of the person's own, by which they are known, and agreed times by which they write one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "cover",
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("safe_word_hash", sa.LargeBinary(), nullable=True),
        sa.Column("duress_word_hash", sa.LargeBinary(), nullable=True),
        sa.Column("closed_by", sa.String(24), nullable=True),
        sa.Column("trusted_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("asking", sa.String(24), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "check_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hashed_for", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_check_in_conversation_id", "check_in", ["conversation_id"])
    op.create_index("check_in_due", "check_in", ["expected_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.add_column("chat_message", sa.Column("at_once", sa.Boolean(), server_default=sa.false(), nullable=False))
