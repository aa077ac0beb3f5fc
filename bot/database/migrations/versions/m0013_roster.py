"""The address of a person's calendar of their own duties: its hash, never the token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("staff", sa.Column("feed_token_hash", sa.LargeBinary(), nullable=True))
    op.create_unique_constraint("staff_feed_token_hash_key", "staff", ["feed_token_hash"])
