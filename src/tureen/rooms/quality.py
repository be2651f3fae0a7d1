"""How well a link serves a conversation, after the E-model (ITU-T G.107).

A transmission rating begins at what undisturbed speech reaches and loses for delay (``Id``) and for loss (``Ie,eff``,
G.107 section 7.2, with a robustness ``Bpl`` per medium)::

    R = 93.2 - Id - 95 * Ppl / (Ppl + Bpl)
    Id = 0.024 d + 0.11 max(0, d - 177.3)         d: mouth to ear, one way, in ms

ITU-T G.109 says what people think of it: from 80 on they are satisfied (EXCELLENT), from 60 on some to many are not
but they understand each other (GOOD), below that nearly all complain (POOR). In words, on a short path: speech is
excellent up to 3 % loss and good up to 10 %, pictures, whose losses are repaired, up to 6 % and 20 %. Without loss,
excellent ends at a round trip of 400 ms, and good at 700 ms.

A link is as good as the worse of its directions, and a direction as good as the worse of sound and pictures. What is
muted, switched off or silent sends little or nothing and says nothing about the link: numbers missing in what was sent
are lost, packets that were never sent are not. A picture that stands still because the path is too narrow does count.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple

from tureen.model.media import MediaKind
from tureen.rooms.link import Link

BEST_RATING = 93.2
_SATISFIED, _UNDERSTOOD = 80.0, 60.0
_SOME_PICTURES_STAND, _ALL_PICTURES_STAND = 75.0, 50.0
"""Upper bounds where the path is too narrow for what is wanted."""

_ROBUSTNESS = {MediaKind.AUDIO: 20.0, MediaKind.VIDEO: 40.0}
"""``Bpl`` in percent: at so much loss half of everything is gone. Opus conceals and corrects; pictures are repaired."""

_PROCESSING_MS = 40.0
"""Capture, encoding and playout on both sides together."""
_JITTER_BUFFERS = 2.0
"""A receiver waits for about twice the jitter."""
_SILENCE_BITS = 6_000
"""Per second. Less is comfort noise: a few packets, of which one that is lost would be a large share."""


class Quality(enum.IntEnum):
    """From the worst to the best."""

    LOST = 0
    """Nothing arrives any more. Never concluded from measurements: the transport itself says so."""
    POOR = 1
    GOOD = 2
    EXCELLENT = 3


class _Stream(NamedTuple):
    bitrate: int
    loss: int
    """Per mille."""
    jitter_ms: int


def quality_of(rating: float) -> Quality:
    """What people think of a rating."""
    if rating >= _SATISFIED:
        return Quality.EXCELLENT
    return Quality.GOOD if rating >= _UNDERSTOOD else Quality.POOR


def opinion_score(rating: float) -> float:
    """The mean opinion score, 1 to 4.5, of a rating (G.107 Annex B)."""
    within = min(max(rating, 0.0), 100.0)
    return max(1.0, 1 + 0.035 * within + within * (within - 60) * (100 - within) * 7e-6)


def rating(link: Link) -> float:
    """0 to `BEST_RATING`, from both directions."""
    round_trip_ms = link.transport.round_trip_ms or 0
    found = min(_rate(*streams, round_trip_ms) for streams in (*_sent(link), *_received(link)))
    pictures = [it.report for it in link.received if it.publication.description.kind is MediaKind.VIDEO]
    standing = sum(1 for picture in pictures if picture.paused)
    if standing:
        found = min(found, _ALL_PICTURES_STAND if standing == len(pictures) else _SOME_PICTURES_STAND)
    return max(0.0, found)


def _rate(kind: MediaKind, streams: Iterable[_Stream], round_trip_ms: float) -> float:
    audible = [stream for stream in streams if stream.bitrate >= _SILENCE_BITS]
    weight = sum(stream.bitrate for stream in audible)
    loss, jitter_ms = 0.0, 0.0
    if weight:
        loss = sum(stream.loss * stream.bitrate for stream in audible) / weight / 10
        jitter_ms = sum(stream.jitter_ms * stream.bitrate for stream in audible) / weight
    delay_ms = round_trip_ms / 2 + _PROCESSING_MS + _JITTER_BUFFERS * jitter_ms
    by_delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    return BEST_RATING - by_delay - 95 * loss / (loss + _ROBUSTNESS[kind])


def _sent(link: Link) -> Iterable[tuple[MediaKind, list[_Stream]]]:
    for kind in MediaKind:
        yield (
            kind,
            [
                _Stream(layer.bitrate, layer.loss, layer.jitter_ms)
                for track in link.sent
                if track.publication.description.kind is kind and not track.publication.muted
                for layer in track.report.layers
            ],
        )


def _received(link: Link) -> Iterable[tuple[MediaKind, list[_Stream]]]:
    for kind in MediaKind:
        yield (
            kind,
            [
                _Stream(track.report.bitrate, track.report.loss, track.report.jitter_ms)
                for track in link.received
                if track.publication.description.kind is kind
            ],
        )
