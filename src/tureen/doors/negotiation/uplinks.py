"""Which section of a publisher's offer carries which of its tracks.

A track is announced by a request and carried by a section, and the two come in either order. They belong together if
the section's msid names the track by the publisher's own id, or if each is the only one of its kind that is left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from tureen.model.ids import TrackSid
from tureen.model.media import MediaKind, ProducerParameters
from tureen.sdp import Offer, OfferedSection


class UplinkKey(NamedTuple):
    """A track in one of its codecs."""

    sid: TrackSid
    codec: str | None = None
    """A backup's; ``None``: the main one."""


class PendingTrack(Struct, frozen=True, kw_only=True):
    """A track that waits for its section."""

    key: UplinkKey
    kind: MediaKind
    client_ids: frozenset[str] = frozenset()
    """The publisher's own ids of the media source; the empty one counts for nothing."""
    preferred: str = ""
    """The MIME type in which it shall come, if the client can; empty: as the client likes."""


class UplinkPlan(Struct, frozen=True, kw_only=True):
    """What an offer means for the uplinks, not yet taken over."""

    accepted: frozenset[str]
    """Mids in which we shall receive."""
    bound: Mapping[str, UplinkKey]
    """All tracks that are carried now, by mid."""
    ended: tuple[UplinkKey, ...]
    """Tracks whose section no longer sends."""
    strays: Mapping[str, str | None]
    """Sections that send a track that nobody announced yet, with the track of their msid."""
    preferred: Mapping[str, str]
    """By mid, the MIME type in which a track shall come."""


class Uplinks:
    """Remembers pending tracks, carried tracks, and sections that nobody has announced."""

    def __init__(self) -> None:
        self._pending: dict[UplinkKey, PendingTrack] = {}
        self._bound: dict[str, UplinkKey] = {}
        self._strays: dict[str, str | None] = {}
        self._parameters: dict[str, ProducerParameters] = {}
        self._preferred: dict[UplinkKey, str] = {}

    def add(self, track: PendingTrack) -> ProducerParameters | None:
        """Takes in an announced track. Returns what carries it if its section was offered before."""
        self._preferred[track.key] = track.preferred
        mid = self._stray_for(track)
        if mid is None:
            self._pending[track.key] = track
            return None
        del self._strays[mid]
        self._bound[mid] = track.key
        return self._parameters[mid]

    def remove(self, key: UplinkKey) -> None:
        """Forgets a track that ended."""
        self._pending.pop(key, None)
        self._preferred.pop(key, None)
        self._bound = {mid: bound for mid, bound in self._bound.items() if bound != key}

    def plan(self, offer: Offer, *, may_publish: bool) -> UplinkPlan:
        """What the offer means. Changes nothing. Without ``may_publish``, what nobody announced is not received."""
        senders = [section for section in offer.sections if section.media_kind and section.sends]
        pending = dict(self._pending)
        bound = self._named(senders, pending)
        for section in senders:
            if section.mid not in bound and section.mid in self._bound:
                bound[section.mid] = self._bound[section.mid]
        bound |= _left_over([section for section in senders if section.mid not in bound], pending)
        carried = set(bound.values())
        strays = {section.mid: section.track_id for section in senders if section.mid not in bound and may_publish}
        return UplinkPlan(
            accepted=frozenset((*bound, *strays)),
            bound=bound,
            ended=tuple(key for key in self._bound.values() if key not in carried),
            strays=strays,
            preferred={mid: self._preferred.get(key, "") for mid, key in bound.items()},
        )

    def commit(
        self, plan: UplinkPlan, parameters: Mapping[str, ProducerParameters]
    ) -> dict[UplinkKey, ProducerParameters]:
        """Takes the plan over once it is answered; ``parameters`` by mid.

        Returns the tracks that are carried newly, or differently than before.
        """
        changed = {
            key: parameters[mid]
            for mid, key in plan.bound.items()
            if self._bound.get(mid) != key or self._parameters.get(mid) != parameters[mid]
        }
        self._bound = dict(plan.bound)
        self._strays = dict(plan.strays)
        self._parameters = dict(parameters)
        for key in plan.bound.values():
            self._pending.pop(key, None)
        return changed

    def _named(self, senders: Iterable[OfferedSection], pending: dict[UplinkKey, PendingTrack]) -> dict[str, UplinkKey]:
        """Sections whose msid names a pending track; takes these out of ``pending``."""
        found: dict[str, UplinkKey] = {}
        for section in senders:
            for track in tuple(pending.values()):
                if track.kind == section.media_kind and _names(section.track_id, track):
                    found[section.mid] = pending.pop(track.key).key
                    break
        return found

    def _stray_for(self, track: PendingTrack) -> str | None:
        of_kind = [mid for mid in self._strays if self._parameters[mid].kind is track.kind]
        for mid in of_kind:
            if _names(self._strays[mid], track):
                return mid
        rivals = any(other.kind is track.kind for other in self._pending.values())
        return of_kind[0] if len(of_kind) == 1 and not rivals else None


def _names(track_id: str | None, track: PendingTrack) -> bool:
    return bool(track_id) and track_id in track.client_ids


def _left_over(senders: list[OfferedSection], pending: dict[UplinkKey, PendingTrack]) -> dict[str, UplinkKey]:
    """The only section and the only pending track of a kind."""
    found: dict[str, UplinkKey] = {}
    for kind in MediaKind:
        sections = [section for section in senders if section.media_kind is kind]
        tracks = [track for track in pending.values() if track.kind is kind]
        if len(sections) == 1 and len(tracks) == 1:
            found[sections[0].mid] = tracks[0].key
    return found
