"""People, calls, files and push."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    make_files()
    make_calls()
    make_people()
    make_push()


def make_files() -> None:
    op.create_table(
        "attachment_parts",
        sa.Column("attachment", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("attachment", "start", name=op.f("pk_attachment_parts")),
    )
    op.create_table(
        "attachment_usage",
        sa.Column("uploader", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uploader", "day", name=op.f("pk_attachment_usage")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("uploader", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("thumbnail", sa.SmallInteger(), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("examined_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachments_expires_at"), ["expires_at"], unique=False)
    op.create_table(
        "server_secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_server_secrets")),
    )


def make_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.SmallInteger(), nullable=False),
        sa.Column("is_traced", sa.SmallInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_calls_caller_device_command"), ["caller", "device", "command"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_calls_is_open"), ["is_open"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_is_traced"), ["is_traced"], unique=False)
    op.create_table(
        "call_parties",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_call_parties_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "call_id", name=op.f("pk_call_parties")),
    )
    with op.batch_alter_table("call_parties", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_parties_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_call_parties_user_id_created_at"), ["user_id", "created_at"], unique=False)


def make_people() -> None:
    op.create_table(
        "contacts",
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.SmallInteger(), nullable=False),
        sa.Column("blocked", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "user_id", name=op.f("pk_contacts")),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contacts_user_id_owner_id"), ["user_id", "owner_id"], unique=False)
    op.create_table(
        "people",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("searchable", sa.Text(), nullable=False),
        sa.Column("profile_to", sa.Text(), nullable=False),
        sa.Column("search_to", sa.Text(), nullable=False),
        sa.Column("reach_to", sa.Text(), nullable=False),
        sa.Column("presence_to", sa.Text(), nullable=False),
        sa.Column("last_seen_to", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people")),
    )
    op.create_table(
        "people_status",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("away", sa.SmallInteger(), nullable=False),
        sa.Column("status_text", sa.Text(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people_status")),
    )
    op.create_table(
        "people_words",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "word", name=op.f("pk_people_words")),
    )
    with op.batch_alter_table("people_words", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_words_word_user_id"), ["word", "user_id"], unique=False)
    op.create_table(
        "revoked_tokens",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_revoked_tokens")),
    )
    op.create_table(
        "revoked_users",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("revoked_until", sa.BigInteger(), nullable=False),
        sa.Column("forget_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_revoked_users")),
    )


def make_push() -> None:
    op.create_table(
        "push_registrations",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("person", "device", name=op.f("pk_push_registrations")),
    )
    with op.batch_alter_table("push_registrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_push_registrations_endpoint"), ["endpoint"], unique=False)
