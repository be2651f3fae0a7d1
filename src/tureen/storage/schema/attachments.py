"""Files of messages: records, the chunks of uploads under way, and what each person has uploaded on a day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table, Text

from tureen.storage.schema.metadata import METADATA

ATTACHMENTS = Table(
    "attachments",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("uploader", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("received_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("thumbnail", SmallInteger, nullable=False),
    Column("refusal", Text),  # JSON: attachments.record.Refusal
    Column("message", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True),
    Column("examined_since", BigInteger),
    Index(None, "uploader", "expires_at"),
)

ATTACHMENT_PARTS = Table(
    "attachment_parts",
    METADATA,
    Column("attachment", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("object_key", Text, nullable=False),
)

ATTACHMENT_USAGE = Table(
    "attachment_usage",
    METADATA,
    Column("uploader", Text, primary_key=True),
    Column("day", Integer, primary_key=True),  # since 1970, UTC
    Column("size_bytes", BigInteger, nullable=False),
)
