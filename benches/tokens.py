"""Tokens for a server in development mode."""

from __future__ import annotations

import time

from tests.server import KEY, SECRET
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import Identity, RoomName

LIFETIME_S = 3600.0


def join_token(identity: str, room: str) -> str:
    """Lets its bearer into a room, with all rights of a person."""
    now = time.time()
    grant = Grant(
        identity=Identity(identity),
        api_key=KEY,
        expires_at=now + LIFETIME_S,
        room=RoomGrant(join=True, room=RoomName(room)),
    )
    return issue_token(grant, KEY, Secret(SECRET), now, LIFETIME_S)


def person_token(identity: str, *, admin: bool = False, lifetime_s: float = LIFETIME_S) -> str:
    """Lets its bearer be a person at the native door; ``admin``: and act for the application."""
    now = time.time()
    grant = Grant(
        identity=Identity(identity),
        api_key=KEY,
        expires_at=now + lifetime_s,
        name=identity.capitalize(),
        people=PeopleGrant(connect=True, admin=admin),
    )
    return issue_token(grant, KEY, Secret(SECRET), now, lifetime_s)
