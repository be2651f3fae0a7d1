"""What somebody saw and heard between the first and the last of some moments."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benches.links.call import Moment


def figures_of(moments: Sequence[Moment]) -> dict[str, float]:
    """The figures that ``benches/README.md`` explains."""
    seconds = _seconds(moments)
    samples = _grown(moments, "audio", "totalSamplesReceived")
    emitted = _grown(moments, "audio", "jitterBufferEmittedCount")
    frames = _grown(moments, "video", "framesDecoded")
    return {
        "concealed": 100 * _grown(moments, "audio", "concealedSamples") / max(samples, 1),
        "fps": frames / seconds,
        "frozen": 100 * _grown(moments, "video", "totalFreezesDuration") / seconds,
        "freezes": _grown(moments, "video", "freezeCount"),
        "width": statistics.fmean(each.received.video.get("frameWidth", 0) for each in moments),
        "kbps": bitrate(moments),
        "estimate_kbps": statistics.fmean(each.estimate for each in moments) / 1000,
        "layer": statistics.fmean(each.layer for each in moments),
        "audio_delay_ms": 1000 * _grown(moments, "audio", "jitterBufferDelay") / max(emitted, 1),
        "video_delay_ms": 1000 * _grown(moments, "video", "totalProcessingDelay") / max(frames, 1),
        "nacks": _grown(moments, "video", "nackCount"),
        "retransmitted": _grown(moments, "video", "retransmittedPacketsReceived"),
        "lost": _grown(moments, "video", "packetsLost"),
        "plis": _grown(moments, "video", "pliCount"),
        "key_frames": _grown(moments, "video", "keyFramesDecoded"),
        "source_fps": max(
            (end["framesSent"] - begin["framesSent"]) / (moments[-1].sent.at - moments[0].sent.at)
            for begin, end in zip(moments[0].sent.video, moments[-1].sent.video, strict=True)
        ),
    }


def bitrate(moments: Sequence[Moment]) -> float:
    """Of the received video, kbit/s."""
    return _grown(moments, "video", "bytesReceived") * 8 / 1000 / _seconds(moments)


def fps(moments: Sequence[Moment]) -> float:
    """Pictures decoded per second."""
    return _grown(moments, "video", "framesDecoded") / _seconds(moments)


def _seconds(moments: Sequence[Moment]) -> float:
    return moments[-1].received.at - moments[0].received.at


def _grown(moments: Sequence[Moment], kind: str, name: str) -> float:
    first, last = (getattr(each.received, kind).get(name, 0.0) for each in (moments[0], moments[-1]))
    return float(last - first)
