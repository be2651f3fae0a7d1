"""Names of those who write in rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch, which may make the table anew, without the triggers of full-text search.
    op.add_column("messages", sa.Column("sender_name", sa.Text(), nullable=True))
