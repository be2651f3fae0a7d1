"""Who acts where a request is carried out as a command."""

from __future__ import annotations

from msgspec import structs

from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import DeviceId, SessionId, UserId

_DEVICE = DeviceId("http")
_SESSION = SessionId("SE_http")


def actor_of(grant: Grant) -> Actor:
    """The token's bearer, with all its rights."""
    return Actor(user=UserId(grant.identity), device=_DEVICE, session=_SESSION, grant=grant)


def in_the_name_of(grant: Grant, user: str) -> Actor:
    """With a person's rights, not the application's: a mute, a ban or a block holds for what is said in their name."""
    rights = structs.replace(grant, people=PeopleGrant(connect=True))
    return Actor(user=UserId(user), device=_DEVICE, session=_SESSION, grant=rights)
