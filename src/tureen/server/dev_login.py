"""The built-in login of development mode: anybody who asks gets a token. It does not exist otherwise."""

from __future__ import annotations

import re
import secrets
import time
import unicodedata

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from tureen.api.error_responses import json_response
from tureen.api.errors import ApiError
from tureen.api.request_body import read_json_untrusted
from tureen.auth.tokens import MAX_NAME_CHARACTERS, MAX_USER_CHARACTERS, issue_token
from tureen.config.settings import Settings
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import Identity, RoomName

LIFETIME_S = 6 * 3600
MAX_BODY_BYTES = 8 * 1024


class TokenRequest(Struct, frozen=True, kw_only=True):
    """Who wants to go where. Everybody is a person too, and may be so without any room."""

    room: str | None = None
    name: str = ""
    identity: str | None = None
    """Given on a rejoin; otherwise made here, so that two people of one name can meet."""


class TokenAnswer(Struct, frozen=True, kw_only=True):
    """What a client needs to join and to connect."""

    token: str
    identity: str
    room: str | None = None


class DevLogin:
    """``POST /api/dev/token``."""

    def __init__(self, settings: Settings) -> None:
        self._enabled = settings.dev
        self._key, self._secret = next(iter(settings.keys.items()))

    async def handle(self, request: Request) -> Response:
        """Answers with a `TokenAnswer`. Raises `ApiError`."""
        if not self._enabled:
            raise ApiError(
                404,
                "not_in_dev_mode",
                "This server hands out no tokens.",
                "Ask your application for one; the built-in login exists with --dev only.",
            )
        wanted = await read_json_untrusted(request, TokenRequest, MAX_BODY_BYTES)
        room = _bounded("room", wanted.room) if wanted.room is not None else None
        name = _bounded("name", wanted.name, required=False)
        identity = _bounded("identity", wanted.identity) if wanted.identity is not None else _new_identity(name)
        if len(identity) > MAX_USER_CHARACTERS:
            raise ApiError(
                400,
                "invalid_body",
                "identity is too long.",
                f"Send an identity of 1 to {MAX_USER_CHARACTERS} letters.",
            )
        now = time.time()
        grant = Grant(
            identity=Identity(identity),
            api_key=self._key,
            expires_at=now + LIFETIME_S,
            name=name,
            room=RoomGrant() if room is None else _may_join(room),
            people=PeopleGrant(connect=True),
        )
        token = issue_token(grant, self._key, self._secret, now, LIFETIME_S)
        return json_response(TokenAnswer(token=token, identity=identity, room=room))


def _may_join(room: str) -> RoomGrant:
    return RoomGrant(join=True, room=RoomName(room), update_own_metadata=True)


_JOINERS = str.maketrans("", "", "\u200c\u200d")
"""Zero-width joiner and non-joiner: Persian and Indic names and many emoji are spelt with them."""


def _bounded(field: str, text: str, *, required: bool = True) -> str:
    text = text.strip()
    if required and not text:
        raise ApiError(
            400, "invalid_body", f"{field} is empty.", f"Send a {field} of 1 to {MAX_NAME_CHARACTERS} letters."
        )
    if len(text) > MAX_NAME_CHARACTERS or not text.translate(_JOINERS).isprintable():
        raise ApiError(
            400,
            "invalid_body",
            f"{field} is too long or holds control characters.",
            f"Send at most {MAX_NAME_CHARACTERS} printable characters.",
        )
    return text


def _new_identity(name: str) -> str:
    """Readable in logs and lists, and distinct: the name in plain letters with a random end."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:32]
    return f"{slug or 'guest'}-{secrets.token_hex(4)}"
