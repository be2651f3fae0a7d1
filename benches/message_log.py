"""Conversations as a database keeps them: a head row each, and messages whose sequence numbers come from it.

The same transaction twice: as a script for Tureen's engines, and as text for the plain drivers that they are measured
beside.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)

from tureen.storage.script import Row, Script, execute, one, rows

CONVERSATIONS = 1000
PAGE = 50
FILLED = 100
"""Messages that each of the first conversations has when pages are read."""
BODY = "x" * 200

TABLES = MetaData()
HEADS = Table(
    "bench_heads", TABLES, Column("conversation", Text, primary_key=True), Column("seq", BigInteger, nullable=False)
)
MESSAGES = Table(
    "bench_messages",
    TABLES,
    Column("conversation", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("sender", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("conversation", "sender", "client_id"),
)

_RAISE = (
    update(HEADS)
    .where(HEADS.c.conversation == bindparam("of"))
    .values(seq=HEADS.c.seq + 1)
    .returning(HEADS.c.seq.label("seq"))
)
_INSERT = insert(MESSAGES)
_PAGE = (
    select(MESSAGES)
    .where(MESSAGES.c.conversation == bindparam("of"), MESSAGES.c.seq < bindparam("before"))
    .order_by(MESSAGES.c.seq.desc())
    .limit(PAGE)
)

PLAIN_RAISE = "UPDATE bench_heads SET seq = seq + 1 WHERE conversation = $1 RETURNING seq"
PLAIN_INSERT = "INSERT INTO bench_messages VALUES ($1, $2, $3, $4, $5, $6)"
PLAIN_PAGE = "SELECT * FROM bench_messages WHERE conversation = $1 AND seq < $2 ORDER BY seq DESC LIMIT 50"


def conversation(number: int) -> str:
    """Its id."""
    return f"CV_{number % CONVERSATIONS:012}"


def make_tables(connection: Connection) -> None:
    """With all heads, and some conversations filled."""
    TABLES.create_all(connection)
    heads = [{"conversation": conversation(n), "seq": FILLED if n < FILLED else 0} for n in range(CONVERSATIONS)]
    connection.execute(insert(HEADS), heads)
    for number in range(FILLED):
        connection.execute(
            insert(MESSAGES), [message(conversation(number), seq, f"old-{seq}") for seq in range(FILLED)]
        )


def message(of: str, seq: int, client_id: str) -> dict[str, object]:
    """A row."""
    return dict(zip(MESSAGES.columns.keys(), arguments(of, seq, client_id), strict=True))


def arguments(of: str, seq: int, client_id: str) -> tuple[str, int, str, str, int, str]:
    """The same by place."""
    return of, seq, "US_000000000001", client_id, 1_800_000_000_000, BODY


def append(of: str, client_id: str) -> Script[int]:
    """Its sequence number."""
    head = yield from one(_RAISE, of=of)
    seq: int = head["seq"]
    yield from execute(
        _INSERT,
        conversation=of,
        seq=seq,
        sender="US_000000000001",
        client_id=client_id,
        sent_at=1_800_000_000_000,
        body=BODY,
    )
    return seq


def page(of: str, before: int) -> Script[Sequence[Row]]:
    """The last messages before this one."""
    return (yield from rows(_PAGE, of=of, before=before))
