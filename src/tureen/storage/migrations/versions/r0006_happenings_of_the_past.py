"""Happenings of the past."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

HAPPENINGS = sa.text("kind IN ('joined', 'left', 'role_changed', 'renamed', 'call_ended')")


def upgrade() -> None:
    op.create_index(
        "ix_conversation_events_happenings",
        "conversation_events",
        ["conversation", "seq"],
        unique=False,
        sqlite_where=HAPPENINGS,
        postgresql_where=HAPPENINGS,
    )
