"""What all tests share: a category by folder, and a started server for those who ask for one."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.server import TureenServer

TESTS = Path(__file__).parent
CATEGORIES = {
    "unit": "one module or package by itself, without sockets to the outside",
    "contract": "one suite per port, run on every implementation of it",
    "interop": "other programs and libraries against a started server",
    "hostile": "forged, malformed and excessive input against a started server",
    "e2e": "the web app in real browsers against a started server",
}


def pytest_configure(config: pytest.Config) -> None:
    for name, meaning in CATEGORIES.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test's category is the folder that it lies in; one outside of all of them has none, which is a mistake."""
    for item in items:
        if not item.path.is_relative_to(TESTS):
            continue
        folder = item.path.relative_to(TESTS).parts[0]
        if folder not in CATEGORIES:
            raise pytest.UsageError(f"{item.path} lies in none of the folders {', '.join(CATEGORIES)}: move it")
        item.add_marker(folder)


@pytest.fixture(scope="session", autouse=True)
def _state_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the database and the certificates of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TureenServer]:
    """One server for all tests that do not mind each other: each uses rooms of its own."""
    with TureenServer.start(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(autouse=True)
def _server_survives(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test after which the shared server is gone has failed, whatever it saw itself."""
    yield
    if "server" in request.fixturenames:
        request.getfixturevalue("server").check_alive()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failing test shows what the server said."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, TureenServer):
        report.sections.append(("server log", server.log_end))
    return report
