"""Where devices are reached while they are closed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from tureen.storage.schema.metadata import METADATA

PUSH_REGISTRATIONS = Table(
    "push_registrations",
    METADATA,
    Column("person", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("endpoint", Text, nullable=False, index=True),
    Column("public_key", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
)
