"""Tokens and secrets never reach a log."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from tureen.auth.secret import Secret
from tureen.telemetry.logs import bound_to, configure_logs
from tureen.telemetry.redaction import redact_event, redact_text

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJkZXZrZXkifQ.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _restore_logs() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    for library in ("uvicorn", "uvicorn.error", "websockets", "asyncio"):
        logging.getLogger(library).setLevel(logging.NOTSET)


class TestText:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                f"GET /rtc/v1?access_token={TOKEN}&join_request=abc HTTP",
                "GET /rtc/v1?access_token=***&join_request=*** HTTP",
            ),
            (f"Authorization: Bearer {TOKEN}", "Authorization: Bearer ***"),
            (f"sent {TOKEN}.", "sent ***."),
            ("/r/soup#token=abc", "/r/soup#token=***"),
            ("nothing to hide", "nothing to hide"),
        ],
    )
    def test_hides_tokens_and_keeps_the_rest(self, text: str, expected: str) -> None:
        assert redact_text(text) == expected

    @given(st.text(max_size=50), st.text(max_size=50))
    def test_wherever_they_stand(self, before: str, after: str) -> None:
        assert TOKEN not in redact_text(f"{before} {TOKEN} {after}")


class TestEvent:
    def test_by_name_and_by_content_at_any_depth(self) -> None:
        event = redact_event(
            None, "info", {"event": f"got {TOKEN}", "Token": "abc", "headers": {"authorization": "x", "list": [TOKEN]}}
        )
        assert event == {"event": "got ***", "Token": "***", "headers": {"authorization": "***", "list": ["***"]}}


class TestLogs:
    def lines(self, stream: io.StringIO) -> list[dict[str, str]]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    def test_json_with_ids_and_without_secrets(self) -> None:
        stream = io.StringIO()
        configure_logs("info", as_json=True, stream=stream)
        with bound_to(room="RM_1", participant="PA_1"):
            structlog.get_logger("tureen.test").info("token refused", token=TOKEN, key=Secret("hunter2"))
        structlog.get_logger("tureen.test").debug("not shown")
        structlog.get_logger("tureen.test").info("outside")
        first, second = self.lines(stream)
        assert (first["event"], first["room"], first["participant"]) == ("token refused", "RM_1", "PA_1")
        assert (first["level"], first["logger"], first["token"]) == ("info", "tureen.test", "***")
        assert "room" not in second
        assert TOKEN not in stream.getvalue()
        assert "hunter2" not in stream.getvalue()

    def test_libraries_and_exceptions_are_redacted_too(self) -> None:
        stream = io.StringIO()
        configure_logs("info", as_json=True, stream=stream)
        logging.getLogger("uvicorn.error").warning("bad request %s", f"/rtc?access_token={TOKEN}")
        try:
            raise RuntimeError(TOKEN)
        except RuntimeError:
            logging.getLogger("tureen.test").exception("failed")
        assert len(self.lines(stream)) == 2
        assert TOKEN not in stream.getvalue()

    def test_text_for_people(self) -> None:
        stream = io.StringIO()
        configure_logs("debug", as_json=False, stream=stream)
        structlog.get_logger("tureen.test").debug("room opened", room="soup")
        assert "room opened" in stream.getvalue()
        assert "\x1b" not in stream.getvalue()
