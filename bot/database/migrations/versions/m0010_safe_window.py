"""When a reporter lets us write first: their coded answer, and between which times of which clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("contact_point", sa.Column("write_back", sa.String(24), nullable=True))
    op.add_column("contact_point", sa.Column("safe_from", sa.Time(), nullable=True))
    op.add_column("contact_point", sa.Column("safe_until", sa.Time(), nullable=True))
    op.add_column("contact_point", sa.Column("safe_zone", sa.Text(), nullable=True))
