"""Conversations: who is in them, what happened in them, and what moderators did.

``conversations`` is the head row of a history: every event raises it within its own transaction.
``conversation_events`` is the log that positions refer to; ``messages`` holds what the log folds to. A posted message
stands in ``messages`` alone until its first edit: then the event keeps what was written first.

What full-text search needs besides is made by the migrations: a table of words with triggers in SQLite, an index of
lexemes in PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from tureen.storage.schema.metadata import METADATA

# SQLite numbers rows by itself only where the type is INTEGER, to the letter.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

CONVERSATIONS = Table(
    "conversations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    # What makes it unique: two people, a room's name, the command that made a group.
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("avatar", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    # Events up to here are kept no more.
    Column("floor_seq", BigInteger, nullable=False),
    # Of the newest message.
    Column("posted_seq", BigInteger, nullable=False),
    Column("member_count", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("active_at", BigInteger, nullable=False),
    # Of the oldest event that is kept; null: there is none.
    Column("oldest_at", BigInteger),
    Column("held", SmallInteger, nullable=False),
    Column("state_keys", BigInteger, nullable=False),
    Column("state_bytes", BigInteger, nullable=False),
    UniqueConstraint("key"),
    Index(None, "kind", "oldest_at"),
    Index(None, "created_by", "kind"),
)

MEMBERS = Table(
    "conversation_members",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("joined_at", BigInteger, nullable=False),
    Column("delivered_seq", BigInteger, nullable=False),
    Column("read_seq", BigInteger, nullable=False),
    Column("muted_until", BigInteger),
    # The conversation is left out of the member's list until a message comes after this one; -1: it is not.
    Column("hidden_seq", BigInteger, nullable=False),
    Index(None, "user", "conversation"),
)

BANS = Table(
    "conversation_bans",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("banned_at", BigInteger, nullable=False),
    Column("banned_by", Text, nullable=False),
)

# Of those who left while they were muted: coming back ends no mute.
MUTES = Table(
    "conversation_mutes",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("user", Text, primary_key=True),
    Column("muted_until", BigInteger, nullable=False),
)

EVENTS = Table(
    "conversation_events",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("sender", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    # Null: no command caused it.
    Column("command", Text),
    Column("kind", Text, nullable=False),
    # Id and version (after it) of the message that it is about.
    Column("message", Text),
    Column("version", Integer, nullable=False),
    # JSON. Null: as the message stands, or scrubbed.
    Column("content", Text),
    UniqueConstraint("conversation", "sender", "command"),
)

Index(
    "ix_conversation_events_edited",
    EVENTS.c.message,
    sqlite_where=literal_column("kind = 'edited'"),
    postgresql_where=literal_column("kind = 'edited'"),
)

# What pages of history are read with. Said to the letter: the index is of these alone.
IS_HAPPENING: ColumnElement[bool] = literal_column(
    "kind IN ('joined', 'left', 'role_changed', 'renamed', 'call_ended')"
)

Index(
    "ix_conversation_events_happenings",
    EVENTS.c.conversation,
    EVENTS.c.seq,
    sqlite_where=IS_HAPPENING,
    postgresql_where=IS_HAPPENING,
)

MESSAGES = Table(
    "messages",
    METADATA,
    # What full-text search knows it by; it grows in the order of the commits.
    Column("number", _NUMBER, primary_key=True),
    Column("id", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sender", Text, nullable=False),
    # What the sender was called then, in rooms; null: that is not kept.
    Column("sender_name", Text),
    Column("sent_at", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    # JSON arrays.
    Column("mentions", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("reactions", Text, nullable=False),
    # JSON.
    Column("custom", Text),
    Column("reply_to", Text),
    Column("thread", Text),
    Column("thread_replies", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("edited_at", BigInteger),
    Column("deleted_at", BigInteger),
    UniqueConstraint("id"),
    UniqueConstraint("conversation", "seq"),
    Index(None, "conversation", "thread", "seq"),
    Index(None, "sender", "number"),
)

MENTIONS = Table(
    "message_mentions",
    METADATA,
    Column("user", Text, primary_key=True),
    Column("conversation", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Index(None, "conversation", "seq"),
)

STATES = Table(
    "conversation_states",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("sender", Text, nullable=False),
    # JSON.
    Column("data", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
)

REPORTS = Table(
    "message_reports",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    Column("conversation", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Column("reported_at", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    # Who wrote the message, and its text as it was then: its sender may take it away meanwhile.
    Column("sender", Text, nullable=False),
    Column("text", Text, nullable=False),
    # Null while nobody has dealt with it.
    Column("resolved_at", BigInteger),
    Column("resolver", Text),
    Column("resolution", Text),
    UniqueConstraint("message", "reporter"),
    Index(None, "sender"),
    Index(None, "reported_at"),
    Index(None, "resolved_at", "number"),
)

AUDIT = Table(
    "moderation_audit",
    METADATA,
    Column("number", _NUMBER, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("moderator", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    # Who it was done to; empty: nobody.
    Column("user", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index(None, "at"),
)
