"""Offers of a participant that sends simulcast VP8 and Opus, and receives whatever it has sections for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

PAYLOAD_TYPES: Mapping[str, int] = {"opus": 111, "vp8": 96, "rtx": 97}
EXTENSIONS: Mapping[str, int] = {"audio_level": 1, "transport_cc": 3, "mid": 4, "rid": 10, "repaired_rid": 11}

_URIS: Mapping[str, str] = {
    "audio_level": "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "transport_cc": "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "mid": "urn:ietf:params:rtp-hdrext:sdes:mid",
    "rid": "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "repaired_rid": "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
}
_AUDIO_CODEC = ("a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1")
_VIDEO_CODEC = (
    "a=rtpmap:96 VP8/90000",
    *(f"a=rtcp-fb:96 {feedback}" for feedback in ("transport-cc", "ccm fir", "nack", "nack pli")),
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
)


class Credentials(Struct, frozen=True, kw_only=True):
    """What offers say of the participant's transport."""

    ufrag: str
    password: str
    fingerprint: str
    """SHA-256 of the certificate, as SDP writes it."""


class _Section(Struct, frozen=True, kw_only=True):
    media: str
    mid: str
    client_id: str = ""
    """Of the track that is sent; empty: the section receives."""
    rids: tuple[str, ...] = ()

    def lines(self, credentials: Credentials) -> Iterator[str]:
        video = self.media == "video"
        yield f"m={self.media} 9 UDP/TLS/RTP/SAVPF {'96 97' if video else '111'}"
        yield "c=IN IP4 0.0.0.0"
        yield f"a=mid:{self.mid}"
        yield f"a=ice-ufrag:{credentials.ufrag}"
        yield f"a=ice-pwd:{credentials.password}"
        yield f"a=fingerprint:sha-256 {credentials.fingerprint}"
        yield from ("a=setup:actpass", "a=rtcp-mux", "a=rtcp-rsize")
        for name, number in EXTENSIONS.items():
            if name in {"transport_cc", "mid"} or (name != "audio_level") == video:
                yield f"a=extmap:{number} {_URIS[name]}"
        yield from _VIDEO_CODEC if video else _AUDIO_CODEC
        if not self.client_id:
            yield "a=recvonly"
            return
        yield "a=sendonly"
        yield f"a=msid:load {self.client_id}"
        if len(self.rids) > 1:
            yield from (f"a=rid:{rid} send" for rid in self.rids)
            yield f"a=simulcast:send {';'.join(self.rids)}"


class Offerer:
    """One peer connection's sections; they are only ever added."""

    def __init__(self, credentials: Credentials) -> None:
        """Without sections."""
        self._credentials = credentials
        self._sections: list[_Section] = []

    def send(self, media: str, client_id: str, rids: tuple[str, ...] = ()) -> str:
        """Adds a section for a track of the participant; returns its mid."""
        return self._add(_Section(media=media, mid=str(len(self._sections)), client_id=client_id, rids=rids))

    def receive(self, media: str) -> str:
        """Adds a section for a track of somebody else; returns its mid."""
        return self._add(_Section(media=media, mid=str(len(self._sections))))

    def offer(self) -> str:
        """The present state (RFC 8829 section 5.2)."""
        lines = ["v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines.append("a=group:BUNDLE " + " ".join(section.mid for section in self._sections))
        lines += [line for section in self._sections for line in section.lines(self._credentials)]
        return "\r\n".join(lines) + "\r\n"

    def _add(self, section: _Section) -> str:
        self._sections.append(section)
        return section.mid
