"""How far up the layers of a track a subscriber can use it."""

from __future__ import annotations

from tureen.rooms.carrier import Carrier
from tureen.rooms.publication import Publication
from tureen.rooms.subscription import TrackSettings
from tureen.rooms.track import LayerQuality


def spatial_layers(publication: Publication, carrier: Carrier) -> int:
    """How many sizes the publisher sends: RTP streams, or layers of a scalable one by its own word. At least 1."""
    if carrier.scalable:
        return max(1, len(publication.layers(carrier)))
    return max(1, len(carrier.parameters.encodings) if carrier.parameters is not None else 1)


def wanted_layer(settings: TrackSettings, publication: Publication, carrier: Carrier) -> int:
    """Index of the highest layer that the subscriber can use, from 0.

    Stated dimensions win over a stated quality: the lowest layer that fills them, if the publisher told sizes.
    """
    highest = spatial_layers(publication, carrier) - 1
    layers = publication.layers(carrier)
    if settings.width and settings.height and len(layers) == highest + 1:
        for index, layer in enumerate(layers):
            if layer.width >= settings.width or layer.height >= settings.height:
                return index
        return highest
    return min(int(settings.quality), highest)


def wanted_quality(settings: TrackSettings, publication: Publication, carrier: Carrier | None) -> LayerQuality | None:
    """The same in the steps that publishers know: the best for whoever can use all; ``None``: nothing at all.

    ``carrier`` is absent while the publisher does not send the codec yet.
    """
    if settings.disabled:
        return None
    if carrier is None or carrier.parameters is None:
        return settings.quality
    layer = wanted_layer(settings, publication, carrier)
    return LayerQuality.HIGH if layer + 1 >= spatial_layers(publication, carrier) else LayerQuality(layer)
