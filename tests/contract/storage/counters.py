"""A table of the suite's own, and scripts on it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)

from tureen.storage.compiled import IsOneOf
from tureen.storage.engines import in_transaction
from tureen.storage.script import Script, Together, execute, first, one, rows

COUNTERS = Table(
    "counters",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, server_default="0"),
    Column("ratio", Float),
    Column("note", Text),
    Column("content", LargeBinary),
)
INSERT = insert(COUNTERS).values(name=bindparam("name"), number=bindparam("number"))
FILL = insert(COUNTERS)
INCREMENT = (
    update(COUNTERS)
    .where(COUNTERS.c.name == bindparam("of"))
    .values(number=COUNTERS.c.number + 1)
    .returning(COUNTERS.c.number)
)
SET = update(COUNTERS).where(COUNTERS.c.name == bindparam("of")).values(number=bindparam("to"))
FIND = select(COUNTERS).where(COUNTERS.c.name == bindparam("of"))
FIND_AND_LOCK = FIND.with_for_update()
SOME = select(COUNTERS.c.name).where(IsOneOf(COUNTERS.c.name, bindparam("names"))).order_by(COUNTERS.c.name)
ADD_AND_SET = Together(
    (INSERT, update(COUNTERS).where(COUNTERS.c.name == bindparam("of")).values(number=bindparam("number")))
)
SUM = select(func.sum(COUNTERS.c.number).label("sum"), func.count().label("count")).select_from(COUNTERS)


class RefusedError(Exception):
    """What a script of the suite raises."""


async def create_table(url: str) -> None:
    def create(connection: Connection) -> None:
        COUNTERS.create(connection)

    await in_transaction(url, create)


def add(name: str, number: int = 0) -> Script[str]:
    yield from execute(INSERT, name=name, number=number)
    return name


def add_about(thing: str, name: str) -> Script[str]:
    return (yield from add(name))


def add_and_set(name: str, other: str, number: int) -> Script[None]:
    yield from execute(ADD_AND_SET, name=name, of=other, number=number)


def add_and_refuse(name: str) -> Script[None]:
    yield from execute(INSERT, name=name, number=0)
    raise RefusedError(name)


def increment(name: str) -> Script[int]:
    return int((yield from one(INCREMENT, of=name))["number"])


def increment_and_refuse(name: str) -> Script[None]:
    yield from increment(name)
    raise RefusedError(name)


def read_and_set(name: str) -> Script[int]:
    number = int((yield from one(FIND_AND_LOCK, of=name))["number"]) + 1
    yield from execute(SET, of=name, to=number)
    return number


def find_or_add(name: str, number: int) -> Script[int]:
    known = yield from first(FIND, of=name)
    if known is not None:
        return int(known["number"])
    yield from execute(INSERT, name=name, number=number)
    return number


def move(source: str, target: str) -> Script[None]:
    """Takes the rows' locks in the order of the arguments."""
    yield from increment(source)
    yield from increment(target)


def number_of(name: str) -> Script[int | None]:
    row = yield from first(FIND, of=name)
    return None if row is None else int(row["number"])


def sum_twice() -> Script[tuple[int, int]]:
    before = yield from one(SUM)
    after = yield from one(SUM)
    return int(before["sum"]), int(after["sum"])


def names_among(names: list[str]) -> Script[list[str]]:
    return [row["name"] for row in (yield from rows(SOME, names=names))]
