"""Whatever scripts share a group, and whichever of them raise: it is as if they had run one after the other."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, bindparam, insert, select, update

from tureen.storage.errors import StorageRejectedError
from tureen.storage.script import Script, execute, first, rows
from tureen.storage.sqlite import SqliteDatabase

COUNTERS = Table("counters", MetaData(), Column("name", Text, primary_key=True), Column("number", BigInteger))
INSERT = insert(COUNTERS)
INCREMENT = (
    update(COUNTERS)
    .where(COUNTERS.c.name == bindparam("of"))
    .values(number=COUNTERS.c.number + 1)
    .returning(COUNTERS.c.number)
)
ALL = select(COUNTERS).order_by(COUNTERS.c.name)

Operation = tuple[str, str, bool]
"""``add`` or ``increment``, of which, and whether the script raises in the end."""

OPERATION = st.tuples(st.sampled_from(["add", "increment"]), st.sampled_from("abc"), st.booleans())
OPERATIONS = st.lists(OPERATION, max_size=30)


def operate(kind: str, name: str, raises: bool) -> Script[int | None]:
    if kind == "add":
        yield from execute(INSERT, name=name, number=0)
        result: int | None = 0
    else:
        row = yield from first(INCREMENT, of=name)
        result = None if row is None else row["number"]
    if raises:
        raise LookupError(name)
    return result


def everything() -> Script[dict[str, int]]:
    return {row["name"]: row["number"] for row in (yield from rows(ALL))}


def expected(operations: list[Operation]) -> tuple[list[object], dict[str, int]]:
    state: dict[str, int] = {}
    outcomes: list[object] = []
    for kind, name, raises in operations:
        if kind == "add" and name in state:
            outcomes.append(StorageRejectedError)
        elif raises:
            outcomes.append(LookupError)
        elif kind == "add":
            outcomes.append(state.setdefault(name, 0))
        else:
            if name in state:
                state[name] += 1
            outcomes.append(state.get(name))
    return outcomes, state


async def really(path: Path, operations: list[Operation]) -> tuple[list[object], dict[str, int]]:
    database = SqliteDatabase(path, readers=1)
    done = await asyncio.gather(*(database.write(operate, *each) for each in operations), return_exceptions=True)
    state = await database.read(everything)
    await database.aclose()
    return [type(each) if isinstance(each, BaseException) else each for each in done], state


@settings(max_examples=60)
@given(OPERATIONS)
def test_as_if_one_after_the_other(operations: list[Operation]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tureen.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE counters (name TEXT PRIMARY KEY, number BIGINT)")
        connection.close()
        assert asyncio.run(really(path, operations)) == expected(operations)
