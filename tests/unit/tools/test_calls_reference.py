"""The page of calls says what the tables say."""

from __future__ import annotations

from tools import calls_reference


def test_every_move_is_an_arrow() -> None:
    page = calls_reference.render()
    assert "    pending --> delivered : device confirms\n" in page
    assert "    ringing --> answered_elsewhere : another device accepts\n" in page
    assert "    [*] --> created\n" in page
    assert "    ended --> [*]\n" in page
    assert "| 45 s | someone who rings has missed the call" in page
