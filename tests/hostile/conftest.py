"""A server that does not count commands, for tests of what each of them does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import TureenServer


@pytest.fixture(scope="session")
def patient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TureenServer]:
    """Takes commands at any rate; otherwise as `server`."""
    environment = {"TUREEN_SESSIONS_COMMANDS_PER_SECOND": "1000000"}
    with TureenServer.start(tmp_path_factory.mktemp("patient"), environment=environment) as server:
        yield server
