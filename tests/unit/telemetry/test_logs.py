"""Lines for people and for programs, without secrets."""

from __future__ import annotations

import io
import logging

import structlog

from tests.unit.telemetry.conftest import Lines
from tests.unit.telemetry.test_redaction import TOKEN
from tureen.auth.secret import Secret
from tureen.telemetry.logs import configure_logs

_log = structlog.stdlib.get_logger("tureen.test")


def test_json_with_fields_and_without_secrets(logged: Lines) -> None:
    _log.info("token refused", room="soup", token=TOKEN, key=Secret("hunter2"))
    _log.debug("not shown")
    (line,) = logged()
    assert (line["event"], line["room"], line["token"]) == ("token refused", "soup", "***")
    assert (line["level"], line["logger"]) == ("info", "tureen.test")
    assert line["timestamp"].endswith("Z")
    assert "hunter2" not in str(line)


def test_libraries_and_exceptions_are_redacted_too(logged: Lines) -> None:
    logging.getLogger("uvicorn.error").warning("bad request %s", f"/rtc?access_token={TOKEN}")
    try:
        raise RuntimeError(TOKEN)
    except RuntimeError:
        logging.getLogger("tureen.test").exception("failed")
    lines = logged()
    assert len(lines) == 2
    assert TOKEN not in str(lines)


def test_text_for_people() -> None:
    stream = io.StringIO()
    configure_logs("debug", as_json=False, stream=stream)
    _log.debug("room opened", room="soup")
    assert "room opened" in stream.getvalue()


def test_names_that_people_choose_do_not_steer_a_terminal() -> None:
    stream = io.StringIO()
    configure_logs("info", as_json=False, stream=stream)
    _log.info("participant joined", participant="\x1b[2Jeve\nforged line")
    assert "\x1b" not in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1
