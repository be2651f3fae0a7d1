"""From what a subscriber can use of a track to the limits of its consumer."""

from __future__ import annotations

from tureen.model.media import BEST_LAYER, ConsumerLimits
from tureen.rooms.publication import Publication
from tureen.rooms.subscription import TrackSettings


def limits(settings: TrackSettings, publication: Publication) -> ConsumerLimits:
    """What a subscriber with these settings is sent at most."""
    return ConsumerLimits(paused=settings.disabled, max_layer=_target_layer(settings, publication))


def _target_layer(settings: TrackSettings, publication: Publication) -> int:
    """Index of the highest layer to forward; `BEST_LAYER` where there is no choice.

    Stated dimensions win over a stated quality: the lowest layer that fills them, if the publisher told sizes.
    """
    parameters = publication.parameters
    layers = len(parameters.encodings) if parameters else 0
    if layers <= 1:
        return BEST_LAYER
    sizes = sorted((layer.width * layer.height, layer.width, layer.height) for layer in publication.description.layers)
    if settings.width and settings.height and len(sizes) == layers:
        for index, (_, width, height) in enumerate(sizes):
            if width >= settings.width or height >= settings.height:
                return index
        return BEST_LAYER
    return min(int(settings.quality), layers - 1)
