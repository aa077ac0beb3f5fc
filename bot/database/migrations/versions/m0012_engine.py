"""A page may ask a colleague to take a case over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("page", sa.Column("hand_over_id", sa.BigInteger(), sa.ForeignKey("hand_over.id"), nullable=True))
