"""The machine of a call: a record and an event give the next record and what follows. No clock, no chance, no I/O.

Every change raises the version by one; an event that changes nothing leaves the record as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tureen.calls.deadlines import handle_tick
from tureen.calls.effects import Effect, effects_of
from tureen.calls.ending import handle_glare
from tureen.calls.events import (
    Accept,
    CallEvent,
    Closed,
    Connected,
    Delivered,
    Dropped,
    Failed,
    HangUp,
    Invite,
    Join,
    LoseGlare,
    Moment,
    Move,
    Opened,
    Reject,
    RequireRoom,
    Resume,
    Rings,
    Tick,
)
from tureen.calls.leaving import handle_hang_up
from tureen.calls.membership import handle_closed, handle_dropped, handle_join, handle_opened, handle_resume
from tureen.calls.paths import handle_connected, handle_failed, handle_move, handle_require_room
from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.ringing import handle_accept, handle_delivered, handle_invite, handle_reject, handle_rings
from tureen.calls.states import Membership
from tureen.model.ids import CallId, ConversationId, DeviceId, UserId
from tureen.protocol.resources import CallMedia, MediaPath

Transition: TypeAlias = Callable[[CallRecord, Any, Moment], CallRecord]

TRANSITIONS: Mapping[type, Transition] = MappingProxyType(
    {
        Invite: handle_invite,
        Delivered: handle_delivered,
        Rings: handle_rings,
        Accept: handle_accept,
        Reject: handle_reject,
        HangUp: handle_hang_up,
        Join: handle_join,
        Dropped: handle_dropped,
        Opened: handle_opened,
        Closed: handle_closed,
        Connected: handle_connected,
        Failed: handle_failed,
        Move: handle_move,
        RequireRoom: handle_require_room,
        LoseGlare: handle_glare,
        Resume: handle_resume,
        Tick: handle_tick,
    }
)


class Step(Struct, frozen=True):
    """One transition."""

    record: CallRecord
    effects: tuple[Effect, ...]


class Beginning(Struct, frozen=True, kw_only=True):
    """What a caller asks for."""

    id: CallId
    caller: UserId
    caller_name: str = ""
    device: DeviceId
    command: str = ""
    media: CallMedia = CallMedia.AUDIO
    conversation: ConversationId | None = None
    by_membership: bool = False
    path: MediaPath


def begin(beginning: Beginning, at: Moment) -> Step:
    """A call that nobody but its caller knows; an `Invite` publishes it."""
    caller = PartyRecord(
        user=beginning.caller,
        by_membership=beginning.by_membership,
        membership=Membership.JOINED,
        device=beginning.device,
    )
    record = CallRecord(
        id=beginning.id,
        caller=beginning.caller,
        caller_name=beginning.caller_name,
        command=beginning.command,
        device=beginning.device,
        media=beginning.media,
        conversation=beginning.conversation,
        parties=(caller,),
        path=beginning.path,
        offerer=beginning.device if beginning.path is MediaPath.DIRECT else None,
        created_at=at.now,
        ring_until=at.now,
    )
    return Step(record, effects_of(None, record))


def handle(record: CallRecord, event: CallEvent, at: Moment) -> Step:
    """The next version; the same record and no effects if the event changes nothing."""
    changed = TRANSITIONS[type(event)](record, event, at)
    if changed == record:
        return Step(record, ())
    changed = replace(changed, version=record.version + 1)
    return Step(changed, effects_of(record, changed))
