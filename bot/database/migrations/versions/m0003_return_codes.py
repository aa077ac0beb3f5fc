"""Return codes: the number by which a conversation can be gone on with from another phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "return_code",
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("last_four_hash", sa.LargeBinary(), nullable=True),
        sa.Column("last_four_missed", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_table(
        "return_code_try",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sender_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
    )
    op.create_index("return_code_try_recent", "return_code_try", ["channel", "at"])
    op.add_column("outbox", sa.Column("erase_once_sent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("conversation", sa.Column("continued_in", sa.Uuid(), nullable=True))
    op.create_foreign_key(None, "conversation", "conversation", ["continued_in"], ["id"])
