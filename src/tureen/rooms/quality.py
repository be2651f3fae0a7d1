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

from tureen.model.media import MediaKind
from tureen.rooms.link import Flow, Link, blend

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
    found = min(
        _rate(kind, flows, round_trip_ms) for kind in MediaKind for flows in (link.uplink(kind), link.downlink(kind))
    )
    pictures = [it.report for it in link.received if it.publication.description.kind is MediaKind.VIDEO]
    standing = sum(1 for picture in pictures if picture.paused)
    if standing:
        found = min(found, _ALL_PICTURES_STAND if standing == len(pictures) else _SOME_PICTURES_STAND)
    return max(0.0, found)


def _rate(kind: MediaKind, flows: Iterable[Flow], round_trip_ms: float) -> float:
    blended = blend(flow for flow in flows if flow.bitrate >= _SILENCE_BITS)
    loss = blended.loss / 10
    delay_ms = round_trip_ms / 2 + _PROCESSING_MS + _JITTER_BUFFERS * blended.jitter_ms
    by_delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    return BEST_RATING - by_delay - 95 * loss / (loss + _ROBUSTNESS[kind])
