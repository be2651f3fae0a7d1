"""One codec in which a track is sent. Most tracks have one; backup codecs are for those who cannot decode the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tureen.model.ids import ProducerId
from tureen.model.media import Codec, ProducerParameters

_SCALABLE = frozenset({"video/vp9", "video/av1"})
"""Codecs whose spatial layers may share one RTP stream."""


class Carrier:
    """The core's producer of a track in one codec: attached when a description carries it, flowing once media came."""

    def __init__(self, preferred: Iterable[str]) -> None:
        """``preferred``: MIME types that the publisher named, the likeliest first."""
        self._preferred = tuple(preferred)
        self._producer: ProducerId | None = None
        self._parameters: ProducerParameters | None = None
        self._sent_payload_type: int | None = None

    @property
    def producer(self) -> ProducerId | None:
        """The core's object; ``None`` until a description carries the track."""
        return self._producer

    @property
    def parameters(self) -> ProducerParameters | None:
        """What was negotiated with the publisher, together with ``producer``."""
        return self._parameters

    @property
    def flows(self) -> bool:
        """Whether media came."""
        return self._sent_payload_type is not None

    @property
    def codec(self) -> Codec | None:
        """The codec in which media comes, and until it comes the one that the publisher prefers.

        ``None`` until a description carries the track. Never RED, which repeats what another codec made.
        """
        offered = self._parameters.codecs if self._parameters is not None else ()
        codecs = tuple(codec for codec in offered if not codec.is_red)
        return next((codec for codec in codecs if codec.payload_type == self._sent_payload_type), None) or next(
            self._expected(codecs), None
        )

    @property
    def stated(self) -> str:
        """The MIME type that the publisher named first; empty if it named none."""
        return next(iter(self._preferred), "")

    @property
    def mime_type(self) -> str:
        """Of the codec, or as the publisher stated it before; empty while nothing is known."""
        codec = self.codec
        return codec.mime_type if codec is not None else self.stated

    @property
    def scalable(self) -> bool:
        """Whether several spatial layers may come in one RTP stream."""
        encodings = self._parameters.encodings if self._parameters is not None else ()
        return len(encodings) == 1 and self.mime_type.lower() in _SCALABLE

    def attach(self, producer: ProducerId, parameters: ProducerParameters) -> None:
        """Media will come, or comes, under this producer."""
        self._producer, self._parameters = producer, parameters

    def note_sent(self, payload_type: int) -> bool:
        """Media comes under this payload type. ``True`` if that is another codec than was expected."""
        expected, self._sent_payload_type = self.codec, payload_type
        return self.codec != expected

    def _expected(self, codecs: tuple[Codec, ...]) -> Iterator[Codec]:
        """First those that the publisher named, then all in the order of the answer."""
        for stated in self._preferred:
            yield from (codec for codec in codecs if codec.mime_type.lower() == stated.lower())
        yield from codecs
