"""Old calls and uploads by person."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_attachments_uploader_expires_at"), "attachments", ["uploader", "expires_at"])
    op.create_index(op.f("ix_calls_created_at"), "calls", ["created_at"])
