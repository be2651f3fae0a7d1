"""What an operator sees of a node's rooms: plain values, as ``/api/rooms`` gives them and ``tureen top`` shows them.

Rates are in bits per second, losses in per mille, times in milliseconds unless they say otherwise. ``up`` is from a
participant to us, ``down`` from us to it. What was not measured (yet) is ``None``.
"""

from __future__ import annotations

from msgspec import Struct

from tureen.rooms import Participant, Publication, Room
from tureen.rooms.link import Flow, ReceivedTrack, SentTrack, blend
from tureen.rooms.quality import Quality


class FlowOverview(Struct, frozen=True, kw_only=True):
    """One direction of a link, or one layer of a track."""

    bitrate: int
    loss: float
    jitter_ms: float


class LayerOverview(FlowOverview, frozen=True, kw_only=True):
    """One RTP stream of a published track."""

    layer: int


class TrackOverview(Struct, frozen=True, kw_only=True):
    """A published track."""

    sid: str
    kind: str
    source: str
    codecs: tuple[str, ...]
    muted: bool
    subscribers: int
    layers: tuple[LayerOverview, ...] = ()
    """Those that flow."""


class ReceivedOverview(FlowOverview, frozen=True, kw_only=True):
    """A track that a participant receives."""

    sid: str
    publisher: str
    source: str
    layer: int | None
    temporal: int | None
    paused: bool
    """The path is too narrow for it."""


class PersonOverview(Struct, frozen=True, kw_only=True):
    """A participant."""

    identity: str
    sid: str
    name: str
    state: str
    hidden: bool
    joined_at: float
    """Unix seconds."""
    quality: str | None
    score: float | None
    """The mean opinion score, 1 to 4.5."""
    round_trip_ms: int | None
    estimate: int | None
    """What the path to the participant carries."""
    up: FlowOverview
    down: FlowOverview
    tracks: tuple[TrackOverview, ...]
    receives: int
    """Tracks that are sent to it, also those that pause."""
    paused: int
    """Of these, the ones that pause because the path is too narrow."""
    received: tuple[ReceivedOverview, ...] | None = None
    """Only if asked for: there may be thousands in a room."""


class RoomSummary(Struct, frozen=True, kw_only=True):
    """A room in one line."""

    name: str
    sid: str
    created_at: float
    """Unix seconds."""
    participants: int
    tracks: int
    up: int
    """Bits per second from all participants."""
    down: int
    """Bits per second to all participants."""
    qualities: dict[str, int]
    """Participants by the quality of their connection."""


class RoomOverview(Struct, frozen=True, kw_only=True):
    """A room with its participants."""

    room: RoomSummary
    people: tuple[PersonOverview, ...]


class RoomsOverview(Struct, frozen=True, kw_only=True):
    """A node."""

    rooms: tuple[RoomSummary, ...]
    """The largest ones first, up to a limit."""
    total_rooms: int
    total_participants: int


def rooms_overview(rooms: tuple[Room, ...], limit: int) -> RoomsOverview:
    """The largest rooms, at most ``limit``, and how many there are."""
    largest = sorted(rooms, key=lambda room: (-len(room.audience), room.name))[:limit]
    return RoomsOverview(
        rooms=tuple(_summary(room) for room in largest),
        total_rooms=len(rooms),
        total_participants=sum(len(room.audience) for room in rooms),
    )


def room_overview(room: Room, *, with_received: bool = False) -> RoomOverview:
    """One room with everyone in it, the hidden ones too."""
    people = tuple(_person(room, participant, with_received=with_received) for participant in room.audience)
    return RoomOverview(room=_summary(room), people=people)


def _summary(room: Room) -> RoomSummary:
    links = [link for member in room.audience if (link := room.quality.link(member.sid)) is not None]
    qualities = {quality.name.lower(): 0 for quality in reversed(Quality)}
    for member in room.audience:
        standing = room.quality.standing(member.sid)
        if standing is not None:
            qualities[standing.quality.name.lower()] += 1
    return RoomSummary(
        name=room.name,
        sid=room.sid,
        created_at=room.created_at,
        participants=len(room.audience),
        tracks=sum(len(member.publications) for member in room.audience),
        up=sum(link.transport.received for link in links),
        down=sum(link.transport.sent for link in links),
        qualities=qualities,
    )


def _person(room: Room, participant: Participant, *, with_received: bool) -> PersonOverview:
    standing, link = room.quality.standing(participant.sid), room.quality.link(participant.sid)
    received = link.received if link is not None else ()
    sent = {it.publication.sid: it for it in link.sent} if link is not None else {}
    return PersonOverview(
        identity=participant.identity,
        sid=participant.sid,
        name=participant.profile.name,
        state=participant.state.value,
        hidden=participant.hidden,
        joined_at=participant.joined_at,
        quality=standing.quality.name.lower() if standing is not None else None,
        score=round(standing.score, 2) if standing is not None else None,
        round_trip_ms=link.transport.round_trip_ms if link is not None else None,
        estimate=link.transport.estimate if link is not None else None,
        up=_direction(link.transport.received, blend(link.uplink())) if link is not None else _NOTHING,
        down=_direction(link.transport.sent, blend(link.downlink())) if link is not None else _NOTHING,
        tracks=tuple(_track(room, it, sent.get(it.sid)) for it in participant.publications),
        receives=len(received),
        paused=sum(1 for it in received if it.report.paused),
        received=tuple(_received(it) for it in received) if with_received else None,
    )


_NOTHING = FlowOverview(bitrate=0, loss=0.0, jitter_ms=0.0)


def _direction(bitrate: int, blended: Flow) -> FlowOverview:
    return FlowOverview(bitrate=bitrate, loss=round(blended.loss, 1), jitter_ms=round(blended.jitter_ms, 1))


def _track(room: Room, publication: Publication, sent: SentTrack | None) -> TrackOverview:
    carriers = (publication.main, *publication.backups.values())
    return TrackOverview(
        sid=publication.sid,
        kind=publication.description.kind.value,
        source=publication.description.source.value,
        codecs=tuple(carrier.mime_type for carrier in carriers if carrier.mime_type),
        muted=publication.muted,
        subscribers=room.tracks.subscribers(publication.sid),
        layers=tuple(
            LayerOverview(layer=it.layer, bitrate=it.bitrate, loss=it.loss, jitter_ms=it.jitter_ms)
            for it in (sent.report.layers if sent is not None else ())
        ),
    )


def _received(track: ReceivedTrack) -> ReceivedOverview:
    publication, report = track.publication, track.report
    return ReceivedOverview(
        sid=publication.sid,
        publisher=publication.publisher,
        source=publication.description.source.value,
        layer=report.layer,
        temporal=report.temporal,
        paused=report.paused,
        bitrate=report.bitrate,
        loss=report.loss,
        jitter_ms=report.jitter_ms,
    )
