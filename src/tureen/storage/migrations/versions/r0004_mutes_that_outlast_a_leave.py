"""Mutes that outlast a leave."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_mutes",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("muted_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "user", name=op.f("pk_conversation_mutes")),
    )
