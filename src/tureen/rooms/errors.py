"""Why the room model refuses something.

::

    RoomError
      RoomMissingError       there is no such room, and none may be made
      RoomFullError           the room, or the server, takes no more participants or rooms
      RoomClosedError         the room or the participant is gone
      NotPermittedError       the grant does not allow it
      LimitExceededError      a size or a count is above its bound
      UnknownTrackError       no such track, or not of this participant
      InvalidRequestError     the request contradicts itself or what exists
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError


class RoomError(TureenError):
    """Base of this branch."""

    code: ClassVar[str] = "room"


class RoomMissingError(RoomError):
    """There is no such room, and none may be made."""

    code: ClassVar[str] = "room_missing"


class RoomFullError(RoomError):
    """The room or the server has reached its number of participants or rooms. Later it may work."""

    code: ClassVar[str] = "room_full"


class RoomClosedError(RoomError):
    """The room or the participant is gone. Join anew."""

    code: ClassVar[str] = "room_closed"


class NotPermittedError(RoomError):
    """The grant does not allow it. Final until the grant changes."""

    code: ClassVar[str] = "not_permitted"


class LimitExceededError(RoomError):
    """A size or a count is above its bound."""

    code: ClassVar[str] = "limit_exceeded"


class UnknownTrackError(RoomError):
    """No such track, or not one of this participant."""

    code: ClassVar[str] = "unknown_track"


class InvalidRequestError(RoomError):
    """The request contradicts itself or what exists."""

    code: ClassVar[str] = "invalid_request"
