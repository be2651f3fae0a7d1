"""Structured logs: text for people, JSON for programs, one line per event.

Levels: *error* needs somebody now, *warning* will if it goes on, *info* is the life of rooms and participants, *debug*
is the life of messages. Lines say what happened as a fixed phrase and carry the rest as fields.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from typing import Any, TextIO

import structlog

from tureen.telemetry.redaction import redact_event

_Processor = Callable[[Any, str, MutableMapping[str, Any]], Any]


def configure_logs(level: str, *, as_json: bool, stream: TextIO) -> None:
    """Sets up this process's logs, those of libraries included. Called once, where the process is put together.

    ``level``: ``debug``, ``info``, ``warning`` or ``error``.
    """
    shared = _shared_processors()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_tail(as_json=as_json, colors=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Our libraries tell of every connection at "info"; that is "debug" here.
    for library in ("uvicorn", "uvicorn.error", "websockets", "asyncio", "alembic.runtime.migration"):
        logging.getLogger(library).setLevel("DEBUG" if level == "debug" else "WARNING")


def _shared_processors() -> list[_Processor]:
    return [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _tail(*, as_json: bool, colors: bool) -> list[_Processor]:
    # Redaction comes last but for the renderer, so that it sees formatted messages and exceptions too.
    if as_json:
        return [structlog.processors.format_exc_info, redact_event, structlog.processors.JSONRenderer()]
    # Fields are written as Python writes texts: names that people choose shall not steer a terminal.
    renderer = structlog.dev.ConsoleRenderer(
        colors=colors, repr_native_str=True, exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.format_exc_info, redact_event, renderer]
