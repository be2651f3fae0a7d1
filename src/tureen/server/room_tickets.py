"""Ways into the rooms of calls."""

from __future__ import annotations

from collections.abc import Mapping

from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import RoomName
from tureen.ports import Clock
from tureen.protocol.resources import RoomTicket

LIFETIME_S = 6 * 3600
"""A call may be long, and whoever loses its room comes back with the same ticket."""


class RoomTickets:
    """Implements `calls.ports.Tickets` with the first of the signing keys."""

    def __init__(self, keys: Mapping[str, Secret], clock: Clock) -> None:
        """``keys``: by name; at least one."""
        self._key, self._secret = next(iter(keys.items()))
        self._clock = clock

    def room_ticket(self, bearer: Grant, room: RoomName) -> RoomTicket:
        """See `Tickets`. The token joins this room and does nothing else, and bears the id of the one before it."""
        now = self._clock.now()
        grant = Grant(
            identity=bearer.identity,
            api_key=self._key,
            expires_at=now + LIFETIME_S,
            name=bearer.name,
            token_id=bearer.token_id,
            room=RoomGrant(join=True, room=room),
        )
        return RoomTicket(room=room, token=issue_token(grant, self._key, self._secret, now, LIFETIME_S))
