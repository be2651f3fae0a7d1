"""A notice as the service worker of a web app receives it."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from tureen.ports import PushNotice
from tureen.webpush import base64url

_TITLE_CHARACTERS = 200
_BODY_CHARACTERS = 500
"""Even if each takes six bytes of JSON it all fits into one record (RFC 8291 section 4)."""

_ABOUT_CHARACTERS = 128
_TOPIC_CHARACTERS = 32


class PushPayload(Struct, frozen=True, kw_only=True):
    """JSON."""

    kind: str
    title: str
    body: str
    about: str
    expires_at: int
    """Unix milliseconds. Later it is better not shown."""
    urgent: bool


def payload(notice: PushNotice) -> bytes:
    """Longer texts are cut: the app has the whole."""
    return msgspec.json.encode(
        PushPayload(
            kind=notice.kind,
            title=_cut(notice.title, _TITLE_CHARACTERS),
            body=_cut(notice.body, _BODY_CHARACTERS),
            about=notice.about[:_ABOUT_CHARACTERS],
            expires_at=int(notice.expires_at * 1000),
            urgent=notice.urgent,
        )
    )


def topic(about: str) -> str:
    """RFC 8030 section 5.4: a later message with the same topic replaces one that waits. Tells nothing of ``about``."""
    return base64url.encode(hashlib.sha256(about.encode()).digest())[:_TOPIC_CHARACTERS]


def _cut(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1]}…"
