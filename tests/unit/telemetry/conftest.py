"""Logs that tests may set up as they like."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from tureen.telemetry.logs import configure_logs

Lines = Callable[[], list[dict[str, str]]]


@pytest.fixture(autouse=True)
def _restore_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    for library in ("uvicorn", "uvicorn.error", "websockets", "asyncio"):
        logging.getLogger(library).setLevel(logging.NOTSET)


@pytest.fixture
def logged() -> Lines:
    """What was logged so far, at "info" and above."""
    stream = io.StringIO()
    configure_logs("info", as_json=True, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
