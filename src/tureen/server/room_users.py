"""Participants of rooms as conversations know them."""

from __future__ import annotations

from tureen.auth.tokens import MAX_USER_CHARACTERS
from tureen.model.ids import Identity, UserId
from tureen.model.texts import NUL


def user_of(identity: Identity) -> UserId | None:
    """None: rooms take identities that no conversation does."""
    return UserId(identity) if 0 < len(identity) <= MAX_USER_CHARACTERS and NUL not in identity else None
