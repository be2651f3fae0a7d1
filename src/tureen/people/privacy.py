"""What people let others see and do. The application sets the rules; blocks are the person's own."""

from __future__ import annotations

import enum

from msgspec import Struct


class Audience(enum.StrEnum):
    """Who may do something with regard to a person. The person may always."""

    EVERYONE = "everyone"
    CONTACTS = "contacts"
    """Those whom the person has on their list."""
    NOBODY = "nobody"


class PrivacyRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules of one person; without any, the directory is open."""

    profile: Audience = Audience.EVERYONE
    """Read the entry by its id, put the person on a list, watch them. To others there is no such person."""
    search: Audience = Audience.EVERYONE
    """Find the person by search, as far as ``profile`` lets them."""
    reach: Audience = Audience.EVERYONE
    """Call, and write in a conversation of two."""
    presence: Audience = Audience.EVERYONE
    """See the presence and the status text. To others the person is offline."""
    last_seen: Audience = Audience.EVERYONE
    """See when the person was here last, as far as ``presence`` lets them: otherwise it would give presence away."""


class View(enum.Enum):
    """How much of a person's presence another one sees."""

    HIDDEN = 0
    PRESENCE = 1
    FULL = 2
    """When they were here last, too."""
