from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.attachments.names import MAX_CHARACTERS, extension, safe_name_untrusted


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\users\\ada\\cat.png", "cat.png"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("a\x00b\nc\x7f.txt", "abc.txt"),
        ("invoice\u202excod.exe", "invoicexcod.exe"),
        ("می‌خواهم.txt", "می‌خواهم.txt"),
        ("a" * 300 + ".jpeg", "a" * 195 + ".jpeg"),
        ('<b>"x"|?*', "_b__x____"),
    ],
)
def test_names_are_made_harmless(given_name: str, safe: str) -> None:
    assert safe_name_untrusted(given_name) == safe


@given(st.text(max_size=400))
def test_any_name_becomes_a_usable_one(name: str) -> None:
    safe = safe_name_untrusted(name)
    assert 0 < len(safe) <= MAX_CHARACTERS
    assert not set('/\\"\r\n') & set(safe)
    assert safe not in (".", "..")
    assert all(unicodedata.category(char)[0] != "C" or char in "\u200c\u200d" for char in safe)
    safe.encode()


def test_extensions() -> None:
    assert [extension(name) for name in ("a.PNG", "a", ".png", "a.tar.gz")] == ["png", "", "", "gz"]
