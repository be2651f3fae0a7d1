"""Old reports and audit entries by time."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_message_reports_reported_at"), "message_reports", ["reported_at"])
    op.create_index(op.f("ix_moderation_audit_at"), "moderation_audit", ["at"])
