"""The directory, lists of contacts, statuses, revocations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Table, Text

from tureen.storage.schema.metadata import METADATA

_PLAIN = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared by code points, so that all words that begin in one way stand together."""

PEOPLE = Table(
    "people",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("avatar", Text, nullable=False),
    Column("attributes", Text, nullable=False),
    Column("searchable", Text, nullable=False),
    Column("profile_to", Text, nullable=False),
    Column("search_to", Text, nullable=False),
    Column("reach_to", Text, nullable=False),
    Column("presence_to", Text, nullable=False),
    Column("last_seen_to", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("call_waiting", SmallInteger),
)

PEOPLE_WORDS = Table(
    "people_words",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("word", _PLAIN, primary_key=True),
    Index(None, "word", "user_id"),
)

PEOPLE_STATUS = Table(
    "people_status",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("away", SmallInteger, nullable=False),
    Column("status_text", Text, nullable=False),
    Column("last_seen_at", BigInteger),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("owner_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("added_at", BigInteger, nullable=False),
    Column("listed", SmallInteger, nullable=False),
    Column("blocked", SmallInteger, nullable=False),
    Index(None, "user_id", "owner_id"),
)

REVOKED_USERS = Table(
    "revoked_users",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("revoked_until", BigInteger, nullable=False),
    Column("forget_at", BigInteger, nullable=False),
)

REVOKED_TOKENS = Table(
    "revoked_tokens",
    METADATA,
    Column("token_id", Text, primary_key=True),
    Column("forget_at", BigInteger, nullable=False),
)
