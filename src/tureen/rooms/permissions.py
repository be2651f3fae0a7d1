"""Who may subscribe to a participant's tracks, as that participant decides it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tureen.model.ids import Identity, TrackSid


class SubscriberPermission(Struct, frozen=True, kw_only=True):
    """What one subscriber may receive."""

    identity: Identity
    all_tracks: bool = False
    tracks: frozenset[TrackSid] = frozenset()


class SubscriptionPolicy:
    """Everyone may subscribe to everything, unless the publisher said who may."""

    def __init__(self, permissions: Iterable[SubscriberPermission] | None = None) -> None:
        """``None``: no restriction; otherwise those who are not named get nothing."""
        self._permissions = None if permissions is None else {entry.identity: entry for entry in permissions}

    def allows(self, subscriber: Identity, track: TrackSid) -> bool:
        """Whether this subscriber may receive this track."""
        if self._permissions is None:
            return True
        entry = self._permissions.get(subscriber)
        return entry is not None and (entry.all_tracks or track in entry.tracks)
