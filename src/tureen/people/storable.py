"""Texts that every database takes."""

from __future__ import annotations

from collections.abc import Iterable

from tureen.model.texts import NUL


def is_storable(texts: Iterable[str]) -> bool:
    """Whether none of them holds what cannot be stored."""
    return all(NUL not in text for text in texts)
