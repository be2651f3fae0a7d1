"""A scripted peer that offers as browsers do: sections are appended, stopped and recycled. Also the captured offers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

VECTORS = Path(__file__).parent / "vectors" / "sdp"
FINGERPRINT = "sha-256 " + ":".join(["0A"] * 32)

AUDIO_LINES = (
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:111 opus/48000/2",
    "a=rtcp-fb:111 transport-cc",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
    "a=fmtp:63 111/111",
    "a=rtpmap:0 PCMU/8000",
)
VIDEO_LINES = (
    "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "a=extmap:12 urn:3gpp:video-orientation",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    "a=rtpmap:96 VP8/90000",
    "a=rtcp-fb:96 goog-remb",
    "a=rtcp-fb:96 transport-cc",
    "a=rtcp-fb:96 ccm fir",
    "a=rtcp-fb:96 nack",
    "a=rtcp-fb:96 nack pli",
    "a=rtpmap:97 rtx/90000",
    "a=fmtp:97 apt=96",
    "a=rtpmap:102 H264/90000",
    "a=rtcp-fb:102 nack",
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f",
    "a=rtpmap:103 H264/90000",
    "a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f",
    "a=rtpmap:116 ulpfec/90000",
)


@dataclass(frozen=True)
class PeerSection:
    """A section of the peer."""

    media: str
    mid: str
    direction: str = "recvonly"
    stopped: bool = False
    settled: bool = False
    """The stop was answered: another section may take the place (RFC 8829 section 5.2.2)."""
    rids: tuple[str, ...] = ()
    msid: str = ""
    extra: tuple[str, ...] = ()

    def lines(self, ufrag: str) -> list[str]:
        """The section as offered."""
        port = 0 if self.stopped else 9
        if self.media == "application":
            specific = [f"m=application {port} UDP/DTLS/SCTP webrtc-datachannel"]
            specific += ["a=sctp-port:5000", "a=max-message-size:262144"]
        elif self.media == "audio":
            specific = [f"m=audio {port} UDP/TLS/RTP/SAVPF 111 63 0", *AUDIO_LINES]
        else:
            specific = [f"m=video {port} UDP/TLS/RTP/SAVPF 96 97 102 103 116", *VIDEO_LINES]
        specific += [] if self.media == "application" else [f"a={'inactive' if self.stopped else self.direction}"]
        specific += [f"a=msid:{self.msid}"] if self.msid else []
        specific += [f"a=rid:{rid} send" for rid in self.rids]
        specific += [f"a=simulcast:send {';'.join(self.rids)}"] if self.rids else []
        return [
            *specific,
            "c=IN IP4 0.0.0.0",
            f"a=mid:{self.mid}",
            f"a=ice-ufrag:{ufrag}",
            "a=ice-pwd:abcdefghijklmnopqrstuvwx",
            f"a=fingerprint:{FINGERPRINT}",
            "a=setup:actpass",
            *self.extra,
        ]


@dataclass
class Peer:
    """A peer connection as far as offers are concerned."""

    sections: list[PeerSection] = field(default_factory=list)
    ufrag: str = "peer"
    session_lines: tuple[str, ...] = ("a=extmap-allow-mixed", "a=msid-semantic: WMS")
    next_mid: int = 0

    def add(self, media: str, direction: str = "recvonly", *, rids: tuple[str, ...] = (), msid: str = "") -> str:
        """Adds a section, in the place of a stopped one of the same medium if there is one; returns its mid."""
        section = PeerSection(media, str(self.next_mid), direction, rids=rids, msid=msid)
        self.next_mid += 1
        for index, old in enumerate(self.sections):
            if old.settled and old.media == media:
                self.sections[index] = section
                return section.mid
        self.sections.append(section)
        return section.mid

    def change(self, mid: str, **changes: object) -> None:
        """Changes a section's fields."""
        self.sections = [
            replace(section, **changes) if section.mid == mid else section  # type: ignore[arg-type]
            for section in self.sections
        ]

    def settle(self) -> None:
        """Takes note that the last offer was answered."""
        self.sections = [replace(section, settled=section.stopped) for section in self.sections]

    def join(self) -> None:
        """The sections of a join: three placeholders of each kind, and data channels."""
        for media in ("audio",) * 3 + ("video",) * 3 + ("application",):
            self.add(media)

    def offer(self) -> str:
        """The offer of the present state."""
        live = [section.mid for section in self.sections if not section.stopped]
        lines = ["v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
        lines += [f"a=group:BUNDLE {' '.join(live)}", *self.session_lines]
        for section in self.sections:
            lines += section.lines(self.ufrag)
        return "\r\n".join(lines) + "\r\n"


def captured_offers() -> dict[str, str]:
    """The captured offers by file name without its ending."""
    return {path.stem: path.read_bytes().decode() for path in sorted(VECTORS.glob("*.sdp"))}
