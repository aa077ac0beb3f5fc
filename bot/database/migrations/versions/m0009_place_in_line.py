"""Where a message stands among all that wait: no sender's flood stands before another sender's first words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "inbox", sa.Column("place_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
    )
    op.create_index(
        "inbox_in_turn", "inbox", ["priority", "place_at", "id"], postgresql_where=sa.text("state = 'pending'")
    )
    op.drop_index("inbox_due", table_name="inbox")
