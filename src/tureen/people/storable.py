"""Texts that every database takes."""

from __future__ import annotations

from collections.abc import Iterable

NUL = "\0"
"""The one character that JSON may spell and PostgreSQL refuses."""


def is_storable(texts: Iterable[str]) -> bool:
    """Whether none of them holds what cannot be stored."""
    return all(NUL not in text for text in texts)
