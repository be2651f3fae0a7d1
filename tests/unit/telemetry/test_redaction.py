"""Tokens and secrets never reach a log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.telemetry.redaction import redact_event, redact_text

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJkZXZrZXkifQ.c2lnbmF0dXJl"


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
