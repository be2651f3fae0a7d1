"""Writes the next migration: what the tables of `tureen.storage.schema` have and the last migration does not lead to.

    .venv/bin/python tools/new_migration.py "Conversations and messages"

Look at what it wrote: a renamed column shows as a dropped and an added one, and what is no table of SQLAlchemy's
(full-text search) is written by hand, with `op.get_bind().dialect.name` where the databases differ.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
if __package__ in (None, ""):
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from alembic import command  # noqa: E402 - the path comes first
from sqlalchemy import Connection  # noqa: E402

from tureen.storage.engines import in_transaction  # noqa: E402
from tureen.storage.upgrade import alembic_config, newest, upgrade  # noqa: E402
from tureen.storage.url import sqlite_url  # noqa: E402


def main() -> int:
    """Prints the new file; the result is the exit code."""
    if len(sys.argv) != 2 or not re.search(r"\w", sys.argv[1]):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        written = asyncio.run(in_transaction(sqlite_url(Path(folder) / "tureen.db"), write))
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "check", "--quiet", "--fix", "--exit-zero", written], check=True)
    subprocess.run([ruff, "format", "--quiet", written], check=True)
    print(written.relative_to(ROOT))
    return 0


def write(connection: Connection) -> Path:
    """Compares the tables with those of an upgraded, empty database."""
    upgrade(connection)
    script = command.revision(
        alembic_config(connection), sys.argv[1], autogenerate=True, rev_id=f"{int(newest()) + 1:04}"
    )
    if script is None or isinstance(script, list):
        raise SystemExit("Alembic wrote no single file.")
    return Path(script.path)


if __name__ == "__main__":
    sys.exit(main())
