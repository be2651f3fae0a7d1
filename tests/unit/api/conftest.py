"""A node, and a server of files, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.unit.api.building import Node
from tests.unit.api.file_server import FileServer, file_server
from tests.unit.people.building import Town


@pytest.fixture
def node() -> Iterator[Node]:
    town = Town()
    yield Node(town)
    town.close()


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[FileServer]:
    async with file_server(tmp_path) as running:
        yield running
