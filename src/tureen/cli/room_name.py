"""Names of rooms that a person can say aloud."""

from __future__ import annotations

import secrets

_TASTES = ("amber", "bright", "calm", "cosy", "fresh", "gentle", "golden", "mellow", "quiet", "rosy", "sunny", "warm")
_DISHES = (
    "bisque",
    "borscht",
    "broth",
    "chowder",
    "cider",
    "gumbo",
    "harira",
    "laksa",
    "minestrone",
    "pho",
    "ramen",
    "stew",
)


def friendly_room_name() -> str:
    """Three parts, for example ``mellow-chowder-482``."""
    return f"{secrets.choice(_TASTES)}-{secrets.choice(_DISHES)}-{secrets.randbelow(900) + 100}"
