"""Groups by who made them."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_conversations_created_by_kind"), "conversations", ["created_by", "kind"])
