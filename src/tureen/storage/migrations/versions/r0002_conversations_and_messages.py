"""Conversations and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The table of words of SQLite's full-text search follows the column by itself, so that no transaction can forget it.
SQLITE_SEARCH = (
    (
        "CREATE VIRTUAL TABLE message_words USING fts5"
        "(text, content='messages', content_rowid='number', tokenize='unicode61 remove_diacritics 2')"
    ),
    (
        "CREATE TRIGGER message_words_inserted AFTER INSERT ON messages WHEN new.text <> '' BEGIN "
        "INSERT INTO message_words (rowid, text) VALUES (new.number, new.text); END"
    ),
    (
        "CREATE TRIGGER message_words_deleted AFTER DELETE ON messages WHEN old.text <> '' BEGIN "
        "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text); END"
    ),
    (
        "CREATE TRIGGER message_words_removed AFTER UPDATE OF text ON messages WHEN old.text <> '' BEGIN "
        "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', old.number, old.text); END"
    ),
    (
        "CREATE TRIGGER message_words_replaced AFTER UPDATE OF text ON messages WHEN new.text <> '' BEGIN "
        "INSERT INTO message_words (rowid, text) VALUES (new.number, new.text); END"
    ),
)
POSTGRESQL_SEARCH = ("CREATE INDEX ix_messages_words ON messages USING gin (to_tsvector('simple', text))",)


def upgrade() -> None:
    make_conversations()
    make_events()
    make_messages()
    make_moderation()
    make_search()


def make_conversations() -> None:
    op.create_table(
        "conversation_bans",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("banned_at", sa.BigInteger(), nullable=False),
        sa.Column("banned_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "user", name=op.f("pk_conversation_bans")),
    )
    op.create_table(
        "conversation_members",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("delivered_seq", sa.BigInteger(), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=False),
        sa.Column("muted_until", sa.BigInteger(), nullable=True),
        sa.Column("hidden_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "user", name=op.f("pk_conversation_members")),
    )
    with op.batch_alter_table("conversation_members", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_conversation_members_user_conversation"), ["user", "conversation"], unique=False
        )
    op.create_table(
        "conversation_states",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "key", name=op.f("pk_conversation_states")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("avatar", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("floor_seq", sa.BigInteger(), nullable=False),
        sa.Column("posted_seq", sa.BigInteger(), nullable=False),
        sa.Column("member_count", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("active_at", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.SmallInteger(), nullable=False),
        sa.Column("state_keys", sa.BigInteger(), nullable=False),
        sa.Column("state_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("key", name=op.f("uq_conversations_key")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_kind_oldest_at"), ["kind", "oldest_at"], unique=False)


def make_events() -> None:
    op.create_table(
        "conversation_events",
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("command", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("conversation", "seq", name=op.f("pk_conversation_events")),
        sa.UniqueConstraint(
            "conversation", "sender", "command", name=op.f("uq_conversation_events_conversation_sender_command")
        ),
    )
    with op.batch_alter_table("conversation_events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_events_edited",
            ["message"],
            unique=False,
            sqlite_where=sa.text("kind = 'edited'"),
            postgresql_where=sa.text("kind = 'edited'"),
        )


def make_messages() -> None:
    op.create_table(
        "message_mentions",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("user", "conversation", "seq", name=op.f("pk_message_mentions")),
    )
    with op.batch_alter_table("message_mentions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_mentions_conversation_seq"), ["conversation", "seq"], unique=False)
    op.create_table(
        "messages",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("attachments", sa.Text(), nullable=False),
        sa.Column("reactions", sa.Text(), nullable=False),
        sa.Column("custom", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), nullable=True),
        sa.Column("thread_replies", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_messages")),
        sa.UniqueConstraint("conversation", "seq", name=op.f("uq_messages_conversation_seq")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messages_conversation_thread_seq"), ["conversation", "thread", "seq"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_messages_sender_number"), ["sender", "number"], unique=False)


def make_moderation() -> None:
    op.create_table(
        "message_reports",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_message_reports")),
        sa.UniqueConstraint("message", "reporter", name=op.f("uq_message_reports_message_reporter")),
    )
    with op.batch_alter_table("message_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_reports_sender"), ["sender"], unique=False)
    op.create_table(
        "moderation_audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("moderator", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("conversation", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_moderation_audit")),
    )


def make_search() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_SEARCH if sqlite else POSTGRESQL_SEARCH:
        op.execute(statement)
