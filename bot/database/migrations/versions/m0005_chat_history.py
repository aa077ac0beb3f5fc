"""The messages that can still be deleted from a chat, and who wants theirs to leave it by themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "chat_message",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversation.id"), nullable=False),
        sa.Column("inbox_id", sa.BigInteger(), sa.ForeignKey("inbox.id"), nullable=True),
        sa.Column("outbox_id", sa.BigInteger(), sa.ForeignKey("outbox.id"), nullable=True),
        sa.Column("message_id_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
    )
    op.create_index("chat_message_of_conversation", "chat_message", ["conversation_id", "due_at"])
    op.add_column("conversation", sa.Column("empties_chat", sa.Boolean(), server_default=sa.false(), nullable=False))
