"""The directory, presence, contacts, push."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tureen.protocol.commands.base import Command
from tureen.protocol.limits import (
    Id,
    PageSize,
    Query,
    StatusText,
    Url,
    UserIds,
)


class PeopleGet(Command, frozen=True, kw_only=True, tag="people.get"):
    """Some people. `People`; whoever does not exist, or hides, is left out."""

    users: UserIds


class PeopleSearch(Command, frozen=True, kw_only=True, tag="people.search"):
    """Those whose name or a searchable attribute begins with, or holds a word that begins with, the query. `People`."""

    query: Query
    limit: PageSize = 20


class PresenceSet(Command, frozen=True, kw_only=True, tag="presence.set"):
    """What to show of oneself. `Done`. ``idle`` is of this device, the rest of the person; absent: as before."""

    idle: bool | None = None
    away: bool | None = None
    """By choice, on all devices."""
    status_text: StatusText | None = None


class PresenceWatch(Command, frozen=True, kw_only=True, tag="presence.watch"):
    """Hear of these people's presence from now on, as `PresenceChanged`. `Presences` as they are now."""

    users: UserIds


class PresenceUnwatch(Command, frozen=True, kw_only=True, tag="presence.unwatch"):
    """Hear no more of them. `Done`."""

    users: UserIds


class ContactsList(Command, frozen=True, kw_only=True, tag="contacts.list"):
    """One's own list, blocked people too. `Contacts`."""


class ContactsAdd(Command, frozen=True, kw_only=True, tag="contacts.add"):
    """Put someone on one's list. `Done`."""

    user: Id


class ContactsRemove(Command, frozen=True, kw_only=True, tag="contacts.remove"):
    """Take someone off; a block goes too. `Done`."""

    user: Id


class ContactsBlock(Command, frozen=True, kw_only=True, tag="contacts.block"):
    """Nothing of theirs reaches one any more: no call, no message in a direct conversation, no presence. `Done`.

    They are not told: to them one is offline.
    """

    user: Id
    blocked: bool = True


class PushRegister(Command, frozen=True, kw_only=True, tag="push.register"):
    """Where this device is reached while it is closed (Push API of W3C). `Done`."""

    endpoint: Url
    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]


class PushUnregister(Command, frozen=True, kw_only=True, tag="push.unregister"):
    """Reach this device no more while it is closed. `Done`."""
