from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.api.file_server import FileServer, file_server


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[FileServer]:
    async with file_server(tmp_path) as running:
        yield running
