"""A PostgreSQL server of one's own, from the programs that the machine has.

with Cluster.start() as cluster:
    url = cluster.create_database("empty")
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

VERSIONS = Path("/usr/lib/postgresql")
USERS = ("postgres", "nobody")
"""As which the server runs where the tests run as root, which it refuses to be."""

MISSING = "no PostgreSQL: install the package postgresql"
SETTINGS = {
    "deadlock_timeout": "20ms",
    "fsync": "off",
    "synchronous_commit": "on",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "64MB",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "deadlock_timeout": "1s"}
"""In place of some of these: as one is run whose rows matter."""


def find_postgresql() -> Path | None:
    """The folder of ``initdb`` and its kin, the newest there is."""
    folders = sorted(VERSIONS.glob("*/bin"), key=lambda folder: (len(folder.parent.name), folder.parent.name))
    on_path = shutil.which("initdb")
    candidates = [*reversed(folders), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


class Cluster(NamedTuple):
    """A running server. It listens on a socket in `folder` only."""

    programs: Path
    folder: Path
    user: str | None

    @classmethod
    @contextmanager
    def start(cls, **settings: str) -> Iterator[Cluster]:
        """Skips where there is no PostgreSQL. ``settings``: in place of those of `SETTINGS`."""
        programs = find_postgresql()
        if programs is None:
            pytest.skip(MISSING)
        cluster = cls(programs, Path(tempfile.mkdtemp(prefix="tureen-postgresql-")), _unprivileged())
        if cluster.user is not None:
            shutil.chown(cluster.folder, cluster.user)
        try:
            cluster._initialise({**SETTINGS, **settings})
            cluster._run("pg_ctl", "start", "-w", "-D", "data", "-l", "log")
            try:
                yield cluster
            finally:
                cluster._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", "data")
        finally:
            shutil.rmtree(cluster.folder)

    @property
    def pid(self) -> int:
        """Of the process whose children serve connections."""
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])

    def url(self, database: str) -> str:
        """What a node would be given."""
        return f"postgresql://tureen@/{database}?host={quote(str(self.folder), safe='')}"

    def create_database(self, name: str, template: str = "template0", encoding: str = "UTF8") -> str:
        """Its URL. Nobody may be connected to the template."""
        locale = "C" if encoding != "UTF8" else "C.UTF-8"
        form = ["-E", encoding, "--locale", locale]
        self._run("createdb", "-h", str(self.folder), "-U", "tureen", "-T", template, *form, name)
        return self.url(name)

    def restart(self) -> None:
        """Ends all connections at once and comes back."""
        self._run("pg_ctl", "restart", "-w", "-m", "immediate", "-D", "data", "-l", "log")

    def _initialise(self, settings: dict[str, str]) -> None:
        self._run("initdb", "-D", "data", "-U", "tureen", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        lines = {**settings, "unix_socket_directories": str(self.folder)}
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in lines.items())

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments],
            check=False,
            cwd=self.folder,
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            # Not a pipe: the server inherits it from pg_ctl and would keep it open.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode:
            log = self.folder / "log"
            raise AssertionError(f"{program} failed:\n{log.read_text() if log.exists() else ''}")


def _unprivileged() -> str | None:
    if os.getuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((user for user in USERS if user in known), None)
