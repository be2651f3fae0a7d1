"""Which section of a subscriber's offer carries which track to it.

A track is bound to a free section in an answer. A section that is released is inactive in one answer and may be bound
in the next; the same track never stands in two sections. Whenever the last answer does not say what is wanted, the
client is asked for another offer, with more sections if they are short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from tureen.media.ssrc import SsrcAllocator
from tureen.model.ids import TrackSid
from tureen.model.media import Codec, ConsumerParameters, MediaKind
from tureen.sdp import Downlink, Offer, OfferedSection, payload_type_mappings

_PATIENCE_OFFERS = 2
"""An offer may have been under way when more sections were asked for; the one after it must have them."""


class WantedTrack(Struct, frozen=True, kw_only=True):
    """A track that the subscriber shall receive."""

    sid: TrackSid
    kind: MediaKind
    stream_id: str
    cname: str
    codecs: tuple[Codec, ...]
    """The producer's: whichever of these comes is forwarded if the subscriber can decode it."""
    sent: Codec
    """The one that comes, as far as is known: without it the subscriber would receive nothing."""


class BoundDownlink(Struct, frozen=True, kw_only=True):
    """A track in its section, with fresh sources."""

    sid: TrackSid
    downlink: Downlink
    consumer: ConsumerParameters


class Requirement(Struct, frozen=True, kw_only=True):
    """What the client shall do: add so many receiving sections, and offer again."""

    audio: int
    video: int


class DownlinkPlan(Struct, frozen=True, kw_only=True):
    """What an offer means for the downlinks, not yet taken over."""

    bound: Mapping[str, BoundDownlink]
    """By mid: all that the answer shall carry."""
    opened: tuple[BoundDownlink, ...]
    lost: tuple[TrackSid, ...]
    """Tracks whose section no longer receives; they are wanted still."""
    unsupported: tuple[TrackSid, ...]
    """Tracks that the client cannot decode in the codec in which they come."""

    @property
    def downlinks(self) -> dict[str, Downlink]:
        """As the answerer takes them."""
        return {mid: bound.downlink for mid, bound in self.bound.items()}


class Downlinks:
    """Remembers wanted tracks, bound sections and what was asked of the client."""

    def __init__(self, ssrcs: SsrcAllocator) -> None:
        """``ssrcs``: the transport's own."""
        self._ssrcs = ssrcs
        self._wanted: dict[TrackSid, WantedTrack] = {}
        self._unsupported: set[TrackSid] = set()
        self._bound: dict[str, BoundDownlink] = {}
        self._released: set[str] = set()
        self._offered: dict[MediaKind, int] = {}
        self._free: dict[MediaKind, int] = {}
        self._awaited: dict[MediaKind, int] | None = None
        self._patience = 0

    def want(self, track: WantedTrack) -> None:
        """The subscriber shall receive the track, as soon as an offer allows."""
        self._wanted[track.sid] = track

    def release(self, sid: TrackSid) -> None:
        """The subscriber shall no longer receive the track."""
        self._wanted.pop(sid, None)
        self._unsupported.discard(sid)
        self._released |= {mid for mid, bound in self._bound.items() if bound.sid == sid}

    def plan(self, offer: Offer, may_bind: Callable[[str, str, str], bool]) -> DownlinkPlan:
        """What the offer means; takes fresh SSRCs but changes nothing else.

        ``may_bind``: whether the answer may put a (mid, stream, track) there, as `sdp.Answerer.may_bind` says.
        """
        sections = [section for section in offer.sections if section.media_kind and section.receives]
        receiving = {section.mid for section in sections}
        kept = {mid: bound for mid, bound in self._current().items() if mid in receiving}
        lost = tuple(bound.sid for mid, bound in self._current().items() if mid not in receiving)
        free = [section for section in sections if section.mid not in kept and not section.sends]
        carried = {bound.sid for bound in kept.values()}
        # A track that was released and is wanted again waits for the next answer: clients notice that it ended, and
        # that it is new, only by a section that was inactive in between.
        ending = {self._bound[mid].sid for mid in self._released if mid in self._bound}
        opened: dict[str, BoundDownlink] = {}
        unsupported: list[TrackSid] = []
        for track in self._wanted.values():
            if track.sid in carried or track.sid in ending or track.sid in self._unsupported:
                continue
            if _is_unsupported(track, sections):
                unsupported.append(track.sid)
                continue
            section = _fitting(track, free, may_bind)
            if section is not None:
                free.remove(section)
                opened[section.mid] = self._bind(track, section)
        return DownlinkPlan(
            bound={**kept, **opened}, opened=tuple(opened.values()), lost=lost, unsupported=tuple(unsupported)
        )

    def commit(self, offer: Offer, plan: DownlinkPlan) -> None:
        """Takes the plan over once it is answered."""
        self._bound = dict(plan.bound)
        self._released.clear()
        self._unsupported.update(plan.unsupported)
        receivers = [section for section in offer.sections if section.media_kind and section.receives]
        self._offered = _count(receivers)
        self._free = _count(section for section in receivers if section.mid not in plan.bound and not section.sends)
        self._note_offer()

    def poll_requirement(self) -> Requirement | None:
        """What the client must be asked for now, if anything; each need is told once."""
        if self._awaited is not None:
            return None
        missing = self._missing()
        if not missing and not self._released:
            return None
        short = {kind: max(0, number - self._free.get(kind, 0)) for kind, number in missing.items()}
        self._awaited = {kind: self._offered.get(kind, 0) + number for kind, number in short.items()}
        self._patience = _PATIENCE_OFFERS
        return Requirement(audio=short.get(MediaKind.AUDIO, 0), video=short.get(MediaKind.VIDEO, 0))

    @property
    def tracks_by_mid(self) -> dict[str, TrackSid]:
        """What the last answer carries."""
        return {mid: bound.sid for mid, bound in self._bound.items()}

    def _current(self) -> dict[str, BoundDownlink]:
        return {mid: bound for mid, bound in self._bound.items() if mid not in self._released}

    def _missing(self) -> dict[MediaKind, int]:
        carried = {bound.sid for bound in self._current().values()}
        missing: dict[MediaKind, int] = {}
        for track in self._wanted.values():
            if track.sid not in carried and track.sid not in self._unsupported:
                missing[track.kind] = missing.get(track.kind, 0) + 1
        return missing

    def _note_offer(self) -> None:
        if self._awaited is None:
            return
        self._patience -= 1
        fulfilled = all(self._offered.get(kind, 0) >= number for kind, number in self._awaited.items())
        if fulfilled or self._patience == 0:
            self._awaited = None

    def _bind(self, track: WantedTrack, section: OfferedSection) -> BoundDownlink:
        mappings = payload_type_mappings(track.codecs, section.codecs)
        pair = self._ssrcs.allocate()
        repairs = track.kind is MediaKind.VIDEO and any(mapping.consumer_rtx is not None for mapping in mappings)
        rtx = pair.rtx if repairs else None
        return BoundDownlink(
            sid=track.sid,
            downlink=Downlink(
                stream_id=track.stream_id, track_id=track.sid, ssrc=pair.media, rtx_ssrc=rtx, cname=track.cname
            ),
            consumer=ConsumerParameters(
                kind=track.kind, mid=section.mid, ssrc=pair.media, rtx_ssrc=rtx, payload_types=mappings
            ),
        )


def _count(sections: Iterable[OfferedSection]) -> dict[MediaKind, int]:
    counts: dict[MediaKind, int] = {}
    for section in sections:
        if section.media_kind is not None:
            counts[section.media_kind] = counts.get(section.media_kind, 0) + 1
    return counts


def _is_unsupported(track: WantedTrack, sections: Iterable[OfferedSection]) -> bool:
    """Sections of the kind are there, and none takes the codec in which the track comes."""
    of_kind = [section for section in sections if section.media_kind is track.kind]
    return bool(of_kind) and not any(_takes(section, track) for section in of_kind)


def _takes(section: OfferedSection, track: WantedTrack) -> bool:
    return bool(payload_type_mappings((track.sent,), section.codecs))


def _fitting(
    track: WantedTrack, free: Iterable[OfferedSection], may_bind: Callable[[str, str, str], bool]
) -> OfferedSection | None:
    for section in free:
        if (
            section.media_kind is track.kind
            and may_bind(section.mid, track.stream_id, track.sid)
            and _takes(section, track)
        ):
            return section
    return None
