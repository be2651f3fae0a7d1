"""Bounds of the directory, and how often presence is told."""

from __future__ import annotations

MAX_CONTACTS = 5_000
"""Entries of one person's list, blocked people included."""

MAX_WATCHED = 1_000
"""People whom one session may watch."""

MAX_ATTRIBUTES = 32
MAX_ATTRIBUTE_CHARACTERS = 512

MAX_WORDS = 64
"""By which one person is found; further ones are not searched."""

MAX_WORD_CHARACTERS = 64
"""Longer words are found by their beginning."""

MAX_BULK = 1_000
"""People whom one request may upload or remove."""

CHUNK = 100
"""People whom one transaction changes, so that messages do not wait long behind an upload."""

CACHE_WEIGHT = 500_000
"""People and entries of their lists that are kept in memory."""

MAX_REVOCATIONS = 1_000_000
"""Of people, and as many of single tokens."""

REVOCATION_S = 400 * 24 * 3600.0
"""How long a revocation is kept where nothing says when the token ends. Tokens must not live longer."""

PRESENCE_BATCH = 128
"""Most presences of one event."""

PRESENCE_SHORT_S = 0.25
"""Between a change and the event that tells it, where fewer than `PRESENCE_FEW` are to be told."""

PRESENCE_FEW = 50

PRESENCE_LONG_S = 1.0
"""The same where `PRESENCE_MANY` are to be told, or more; between both it grows."""

PRESENCE_MANY = 2_000
"""Changes, each counted once per watcher."""

PRESENCE_SLICE = 2_000
"""Presences that are looked at in one go, before others may use the event loop: some milliseconds."""
