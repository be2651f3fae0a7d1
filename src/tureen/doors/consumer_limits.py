"""From what a subscriber can use of a track, and how much it matters, to the limits of its consumer."""

from __future__ import annotations

from tureen.model.grant import TrackSource
from tureen.model.media import BEST_LAYER, ConsumerLimits, MediaKind
from tureen.rooms.carrier import Carrier
from tureen.rooms.publication import Publication
from tureen.rooms.subscription import TrackSettings
from tureen.rooms.wanted_layer import spatial_layers, wanted_layer

_QUARTER_FPS, _HALF_FPS = 8, 15
"""What the lower two of three temporal layers give, if the publisher sends the usual 30 pictures per second."""

_STATED_PRIORITY = 192
"""Above everything that we decide."""
_TIER = 64
_SCREEN_TIER, _FLOOR_TIER, _OTHER_TIER = 2, 1, 0


def limits(settings: TrackSettings, publication: Publication, carrier: Carrier, *, has_floor: bool) -> ConsumerLimits:
    """What a subscriber with these settings is sent at most; ``has_floor``: the publisher spoke lately."""
    if publication.description.kind is MediaKind.AUDIO:
        return ConsumerLimits(paused=settings.disabled)
    layer = wanted_layer(settings, publication, carrier)
    highest = spatial_layers(publication, carrier) - 1
    return ConsumerLimits(
        paused=settings.disabled,
        max_layer=layer if layer < highest else BEST_LAYER,
        max_temporal=_max_temporal(settings.fps),
        priority=_priority(settings, publication, has_floor=has_floor),
    )


def _max_temporal(fps: int) -> int:
    if fps == 0 or fps > _HALF_FPS:
        return BEST_LAYER
    return 0 if fps <= _QUARTER_FPS else 1


def _priority(settings: TrackSettings, publication: Publication, *, has_floor: bool) -> int:
    """The subscriber's word first; else screens before those who have the floor before the rest, large before small.

    Sizes count in powers of two, so that a tile that is dragged about changes nothing.
    """
    if settings.priority:
        return max(_STATED_PRIORITY, 256 - settings.priority)
    if publication.description.source is TrackSource.SCREEN_SHARE:
        tier = _SCREEN_TIER
    else:
        tier = _FLOOR_TIER if has_floor else _OTHER_TIER
    return tier * _TIER + min((settings.width * settings.height).bit_length(), _TIER - 1)
