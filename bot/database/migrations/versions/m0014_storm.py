"""Pages are found by their case, by the page that names them, and by the telephone they went to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    pages = sa.text("page_id is not null")
    op.create_index("outbox_of_page", "outbox", ["page_id"], postgresql_where=pages)
    op.create_index(
        "outbox_of_bundle", "outbox", ["bundled_into"], postgresql_where=sa.text("bundled_into is not null")
    )
    to_staff = sa.text("staff_contact_id is not null")
    op.create_index("outbox_of_contact", "outbox", ["staff_contact_id", "sent_at"], postgresql_where=to_staff)
