"""Interop: programs that others wrote, against a started server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.sdk import SdkProcess


@pytest.fixture(scope="session")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SdkProcess]:
    """The process that the SDK lives in."""
    process = SdkProcess(tmp_path_factory.mktemp("sdk") / "sdk.log")
    yield process
    process.stop()
