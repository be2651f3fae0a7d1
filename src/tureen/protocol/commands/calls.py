"""Ringing, and what follows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from tureen.protocol.commands.base import Command
from tureen.protocol.limits import (
    MAX_CANDIDATES,
    MAX_DESCRIPTION_CHARACTERS,
    Id,
    Instant,
    PageSize,
    Reason,
    UserIds,
)
from tureen.protocol.resources import CallMedia, MediaPath


class CallStart(Command, frozen=True, kw_only=True, tag="call.start"):
    """Ring someone, or many. `CallAnswered` with the record as it begins."""

    users: UserIds
    media: CallMedia = CallMedia.AUDIO
    conversation: Id | None = None
    """Where it leaves its trace: one that the caller may write to. Absent: the direct one, if one person is called.

    A call that could ring nobody leaves none.
    """
    path: MediaPath | None = None
    """Absent: direct for two, the room otherwise."""


class CallDelivered(Command, frozen=True, kw_only=True, tag="call.delivered"):
    """Confirm that this device knows of the call. `Done`."""

    call: Id


class CallRinging(Command, frozen=True, kw_only=True, tag="call.ringing"):
    """Confirm that this device rings. `Done`."""

    call: Id


class CallAccept(Command, frozen=True, kw_only=True, tag="call.accept"):
    """Take the call on this device. `CallAnswered`; its record says whether this device was chosen.

    No media may start before. ``gone`` if it is over, ``conflict`` if another device of the person was quicker.
    """

    call: Id


class CallReject(Command, frozen=True, kw_only=True, tag="call.reject"):
    """Not now. `Done`."""

    call: Id
    this_device: bool = False
    """The others go on ringing."""


class CallHangUp(Command, frozen=True, kw_only=True, tag="call.hang_up"):
    """Leave, or cancel before anyone has answered. `Done`, also when it is over already."""

    call: Id


class CallInvite(Command, frozen=True, kw_only=True, tag="call.invite"):
    """Ring more people. `CallAnswered`. A call of two that was direct moves to the room."""

    call: Id
    users: UserIds


class CallJoin(Command, frozen=True, kw_only=True, tag="call.join"):
    """Come into a call whose party one is or was, later, from another device, or from a new page. `CallAnswered`.

    Members of the group whose call it is need not have been called. To all others, former members too, it does not
    exist (``not_found``); ``forbidden`` for whom a moderator lets write nothing, ``limit_exceeded`` if it is full.

    From the device that is in the call it begins a direct path anew: the page that held the old one is gone.
    """

    call: Id


class CallConnected(Command, frozen=True, kw_only=True, tag="call.connected"):
    """Media flows on this device, over the path of this generation. `Done`."""

    call: Id
    generation: int


class CallFailed(Command, frozen=True, kw_only=True, tag="call.failed"):
    """The path of this generation does not open, or broke. `Done`; a direct call moves to the room."""

    call: Id
    generation: int
    reason: Reason = ""


class CallMove(Command, frozen=True, kw_only=True, tag="call.move"):
    """Change the path of a call that goes on. `CallAnswered`. Two people only can be direct."""

    call: Id
    path: MediaPath


class CallSignal(Command, frozen=True, kw_only=True, tag="call.signal"):
    """To the other device of a direct path: one description, or candidates. `Done` once it is passed on.

    What belongs to an older generation is dropped, and answered `Done` as well.
    """

    call: Id
    generation: int
    description: Annotated[str, Meta(max_length=MAX_DESCRIPTION_CHARACTERS)] | None = None
    description_type: Annotated[str, Meta(pattern="^(offer|answer|rollback)$")] | None = None
    candidates: Annotated[list[Annotated[str, Meta(max_length=1_000)]], Meta(max_length=MAX_CANDIDATES)] = []
    """``RTCIceCandidateInit`` as JSON, each; an empty string says that there are no more."""


class CallTicket(Command, frozen=True, kw_only=True, tag="call.ticket"):
    """What one needs for the path: a way into the call's room at the media server, or ICE servers. `Ticket`."""

    call: Id


class CallWaiting(Command, frozen=True, kw_only=True, tag="call.waiting"):
    """Whether a second call rings while one is in a call; otherwise its caller hears ``busy``. `Waiting`."""

    on: bool | None = None
    """What the person wants from now on, on all devices; absent: as before. At first the server's setting holds."""


class CallHistory(Command, frozen=True, kw_only=True, tag="call.history"):
    """One's calls, newest first. `CallPage`."""

    before: Instant | None = None
    limit: PageSize = 50
