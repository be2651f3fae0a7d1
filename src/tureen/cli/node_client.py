"""Asks a running node about its rooms."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from typing import TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.cli.errors import NodeError, UsageError
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity
from tureen.telemetry.overview import RoomOverview, RoomsOverview

TIMEOUT_S = 5.0
TOKEN_S = 60.0
MAX_ANSWER_BYTES = 64 * 1024 * 1024

T = TypeVar("T")


class NodeClient:
    """One node's ``/api/rooms``, with a fresh token for each question."""

    def __init__(self, url: str, key: str, secret: Secret) -> None:
        """Raises `UsageError` if ``url`` is none of HTTP."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f'--url "{url}" is no HTTP address.', "Write for example: --url http://localhost:7880.")
        self._url = url.rstrip("/")
        self._key = key
        self._secret = secret

    def rooms(self) -> RoomsOverview:
        """All rooms in one line each. Raises `NodeError`."""
        return self._get("/api/rooms", RoomsOverview)

    def room(self, name: str) -> RoomOverview | None:
        """One room with its people; ``None`` if it is gone. Raises `NodeError`."""
        try:
            return self._get(f"/api/rooms/{quote(name, safe='')}", RoomOverview)
        except _GoneError:
            return None

    def _get(self, path: str, kind: type[T]) -> T:
        request = urllib.request.Request(self._url + path, headers={"Authorization": f"Bearer {self._token()}"})  # noqa: S310 - the scheme was checked
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - as above
                return msgspec.json.decode(response.read(MAX_ANSWER_BYTES), type=kind)
        except urllib.error.HTTPError as error:
            error.close()
            raise _refusal(self._url, error) from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise NodeError(
                f"{self._url} does not answer: {reason}.", "Start the server, or name it by --url."
            ) from error
        except msgspec.MsgspecError as error:
            raise NodeError(f"{self._url} answers with something else.", "Name a Tureen server by --url.") from error

    def _token(self) -> str:
        now = time.time()
        grant = Grant(identity=Identity(""), api_key=self._key, expires_at=now + TOKEN_S, room=RoomGrant(list=True))
        return issue_token(grant, self._key, self._secret, now, TOKEN_S)


class _GoneError(NodeError):
    """What was asked for is not there."""


def _refusal(url: str, error: urllib.error.HTTPError) -> NodeError:
    if error.code in (401, 403):
        return NodeError(
            f"{url} refuses the key.", "Give the server's own by --api-key and --api-secret, or by its configuration."
        )
    if error.code == 404:
        return _GoneError(f"{url} shows no rooms here.", "Name a Tureen server by --url.")
    return NodeError(f"{url} answers with status {error.code}.", "Look at the server's log.")
