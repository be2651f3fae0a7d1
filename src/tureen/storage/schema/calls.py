"""Calls: one row for the newest version of each, and one for everyone who saw it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, Table, Text

from tureen.storage.schema.metadata import METADATA

CALLS = Table(
    "calls",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("caller", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("is_open", SmallInteger, nullable=False),
    Column("is_traced", SmallInteger, nullable=False),
    Column("record", Text, nullable=False),
)
"""``record``: `calls.record.CallRecord` as JSON; the other columns repeat what is searched for."""

Index(None, CALLS.c.caller, CALLS.c.device, CALLS.c.command)
Index(None, CALLS.c.is_open)
Index(None, CALLS.c.is_traced)
Index(None, CALLS.c.created_at)

CALL_PARTIES = Table(
    "call_parties",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)
"""Who finds the call in their history, by time."""

Index(None, CALL_PARTIES.c.user_id, CALL_PARTIES.c.created_at)
Index(None, CALL_PARTIES.c.call_id)
