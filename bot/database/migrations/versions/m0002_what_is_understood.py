"""What is understood of a message: the encoding a person writes Burmese in, and when something is going to happen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("conversation", sa.Column("writes_zawgyi", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("report", sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True))
