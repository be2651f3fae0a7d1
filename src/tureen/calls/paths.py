"""The way that media takes: from browser to browser, or through the server. Each new way is a new generation."""

from __future__ import annotations

from msgspec.structs import replace

from tureen.calls.ending import end
from tureen.calls.events import Connected, Failed, Moment, Move, RequireRoom
from tureen.calls.record import CallRecord
from tureen.calls.states import CallMove, Membership
from tureen.model.ids import DeviceId
from tureen.protocol.resources import CallEnd, MediaPath


def with_path(record: CallRecord, path: MediaPath, at: Moment) -> CallRecord:
    """A new generation, which has its own time to open."""
    generation = record.generation + 1
    changed = replace(record, path=path, generation=generation, direct_until=None, connect_until=None)
    return opening(replace(changed, offerer=offerer(changed)), at)


def opening(record: CallRecord, at: Moment) -> CallRecord:
    """Sets the deadlines of a path that two members have, or should have."""
    if not record.is_answered or len(record.members) < 2:
        return record
    direct_until = at.now + at.direct if record.path is MediaPath.DIRECT else None
    return replace(record, connect_until=at.now + at.connect, direct_until=direct_until)


def offerer(record: CallRecord) -> DeviceId | None:
    """The first member's device makes the offer of a direct path."""
    if record.path is not MediaPath.DIRECT or not record.members:
        return None
    return record.members[0].device


def through_room(record: CallRecord, at: Moment) -> CallRecord:
    """From a direct path to the server; nothing if it goes there already."""
    return with_path(record, MediaPath.ROOM, at) if record.path is MediaPath.DIRECT else record


def may_be_direct(record: CallRecord) -> bool:
    """Exactly two people are in it, nobody else rings, and nothing at the server takes part."""
    rings = sum(party.rings for party in record.parties)
    return not record.room_required and len(record.members) + rings == 2


def handle_connected(record: CallRecord, event: Connected, at: Moment) -> CallRecord:
    """Two who have media make the call active."""
    party = record.seen_by(event.user)
    if party is None or not party.sits_at(event.device):
        return record
    if not record.is_answered or event.generation != record.generation:
        return record
    changed = record.with_party(replace(party, connected=event.generation))
    if changed.connected_members < 2:
        return changed
    changed = changed.moved(CallMove.CONNECTED)
    connected_at = changed.connected_at if changed.connected_at is not None else at.now
    return replace(changed, connected_at=connected_at, connect_until=None, direct_until=None)


def handle_failed(record: CallRecord, event: Failed, at: Moment) -> CallRecord:
    """A direct call moves to the server. There, a side without media has time to try again."""
    party = record.seen_by(event.user)
    if party is None or not party.sits_at(event.device):
        return record
    if not record.is_answered or event.generation != record.generation:
        return record
    if record.path is MediaPath.DIRECT:
        return through_room(record, at)
    changed = record.with_party(replace(party, connected=0))
    if changed.connect_until is None and changed.connected_members < 2:
        return opening(changed, at)
    return changed


def handle_move(record: CallRecord, event: Move, at: Moment) -> CallRecord:
    """On request; what cannot be direct stays where it is."""
    if not record.is_open or event.path is record.path:
        return record
    if event.path is MediaPath.DIRECT and not may_be_direct(record):
        return record
    return with_path(record, event.path, at)


def handle_require_room(record: CallRecord, event: RequireRoom, at: Moment) -> CallRecord:
    """Goes through the server and stays there, or may be moved again."""
    if not record.is_open:
        return record
    changed = replace(record, room_required=event.required)
    return through_room(changed, at) if event.required else changed


def direct_expired(record: CallRecord, at: Moment) -> CallRecord:
    """The direct path did not open in time."""
    if record.direct_until is None or record.direct_until > at.now:
        return record
    return through_room(record, at)


def connect_expired(record: CallRecord, at: Moment) -> CallRecord:
    """No path opened in time. Who is away for a moment could not have opened one: their grace decides."""
    if record.connect_until is None or record.connect_until > at.now:
        return record
    if any(party.membership is Membership.RECONNECTING for party in record.members):
        return replace(record, connect_until=at.now + at.connect)
    return end(record, CallEnd.LOST, at)
