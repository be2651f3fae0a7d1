"""What every answer of ours must fulfil, whichever door sends it. Reads the text itself, without the code under test.

`check_answer` returns the faults found, in words; an empty list is a pass.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID_EXTENSIONS = {
    "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
}
EXPECTED_EXTENSIONS = RID_EXTENSIONS | {
    MID,
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
}
EXPECTED_FEEDBACK = {"nack", "nack pli", "ccm fir", "transport-cc"}
MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "sendrecv": "sendrecv", "inactive": "inactive"}
OPUS_FMTP = "minptime=10;useinbandfec=1"


@dataclass
class Section:
    """The lines of one ``m=`` section, or of the session level."""

    media: str = ""
    port: int = 0
    protocol: str = ""
    formats: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """Values of an attribute, in order."""
        prefix = f"{name}:"
        return [line.removeprefix(prefix) for line in self.attributes if line.startswith(prefix)]

    def pairs(self, name: str) -> dict[str, str]:
        """First word to rest of an attribute's values."""
        return {value.partition(" ")[0]: value.partition(" ")[2] for value in self.values(name)}

    @property
    def mid(self) -> str:
        """The mid, or nothing."""
        return next(iter(self.values("mid")), "")

    @property
    def direction(self) -> str:
        """The direction; sendrecv if not stated."""
        return next((line for line in self.attributes if line in MIRRORED), "sendrecv")

    @property
    def is_media(self) -> bool:
        """Whether it carries RTP."""
        return self.media in ("audio", "video")

    @property
    def extensions(self) -> dict[str, str]:
        """URI to id."""
        return {uri.partition(" ")[0]: id_.partition("/")[0] for id_, uri in self.pairs("extmap").items()}

    @property
    def offered_rids(self) -> list[str]:
        """Rids that the author sends."""
        return [rid for rid, rest in self.pairs("rid").items() if rest.split(" ")[0] == "send"]


@dataclass
class Description:
    """A description cut into levels."""

    session: Section
    sections: list[Section]

    @property
    def bundle(self) -> list[str]:
        """Mids of the BUNDLE group."""
        groups = [value.split(" ") for value in self.session.values("group")]
        return next((group[1:] for group in groups if group[0] == "BUNDLE"), [])

    @property
    def live(self) -> list[Section]:
        """The sections that were not rejected."""
        return [section for section in self.sections if section.port]

    @property
    def version(self) -> tuple[str, int]:
        """Session id and version of the origin line."""
        _, session_id, version, *_ = next(iter(self.session.values("o"))).split(" ")
        return session_id, int(version)


def read(text: str) -> Description:
    """Cuts a description into levels; the origin is kept as an attribute ``o``."""
    description = Description(Section(), [])
    level = description.session
    for line in text.replace("\r\n", "\n").splitlines():
        kind, value = line[0], line[2:]
        if kind == "m":
            media, port, protocol, *formats = value.split(" ")
            level = Section(media, int(port), protocol, formats)
            description.sections.append(level)
        elif kind == "a":
            level.attributes.append(value)
        elif kind == "o":
            level.attributes.append(f"o:{value}")
    return description


def check_answer(offer_text: str, answer_text: str, previous_answers: Sequence[str] = ()) -> list[str]:
    """All faults of an answer to an offer, given the answers before it on this connection."""
    offer, answer = read(offer_text), read(answer_text)
    previous = [read(text) for text in previous_answers]
    faults = list(_check_shape(offer, answer))
    if faults:
        return faults
    for check in SESSION_CHECKS:
        faults += check(offer, answer)
    for offered, answered in zip(offer.sections, answer.sections, strict=True):
        for section_check in SECTION_CHECKS:
            faults += [f"section {offered.mid!r}: {fault}" for fault in section_check(offered, answered)]
    faults += _check_history(answer, previous)
    return faults


def _check_shape(offer: Description, answer: Description) -> Iterator[str]:
    if len(offer.sections) != len(answer.sections):
        yield f"{len(offer.sections)} sections offered, {len(answer.sections)} answered"
    for offered, answered in zip(offer.sections, answer.sections, strict=False):
        if (offered.media, offered.protocol, offered.mid) != (answered.media, answered.protocol, answered.mid):
            yield f"section {offered.mid!r} is answered by {answered.media} {answered.mid!r}"


def _check_bundle(offer: Description, answer: Description) -> Iterator[str]:
    live = [section.mid for section in answer.live]
    if sorted(answer.bundle) != sorted(live):
        yield f"bundle {answer.bundle} does not consist of the accepted sections {live}"
    if answer.bundle != [mid for mid in offer.bundle if mid in answer.bundle]:
        yield "the bundle does not keep the offer's order"


def _check_ice(offer: Description, answer: Description) -> Iterator[str]:
    if "ice-lite" not in answer.session.attributes:
        yield "no ice-lite at session level"
    if answer.session.values("ice-options"):
        yield "ice-options are answered"
    credentials = {(*section.values("ice-ufrag"), *section.values("ice-pwd")) for section in answer.live}
    if len(credentials) > 1 or any(len(pair) != 2 for pair in credentials):
        yield f"ICE credentials differ or are missing: {credentials}"
    tagged = next((section for section in answer.live if section.mid == (answer.bundle or [""])[0]), None)
    if tagged is None or not tagged.values("candidate") or "end-of-candidates" not in tagged.attributes:
        yield "the first section of the bundle does not hold all candidates"
    for section in answer.sections:
        for candidate in section.values("candidate"):
            if not re.fullmatch(r"\w+ 1 udp [1-9][0-9]{8,9} [0-9a-f.:]+ [1-9][0-9]* typ host", candidate):
                yield f"candidate {candidate!r} is no UDP host candidate of component 1"


def _check_dtls(offer: Description, answer: Description) -> Iterator[str]:
    for section in answer.live:
        if section.values("setup") != ["passive"]:
            yield f"section {section.mid!r} has setup {section.values('setup')}"
        prints = section.values("fingerprint")
        if len(prints) != 1 or not re.fullmatch(r"sha-256 [0-9A-F]{2}(:[0-9A-F]{2}){31}", prints[0]):
            yield f"section {section.mid!r} has fingerprints {prints}"


def _check_msids(offer: Description, answer: Description) -> Iterator[str]:
    counts = Counter(msid for section in answer.sections for msid in section.values("msid"))
    yield from (f"msid {msid!r} stands in {count} sections" for msid, count in counts.items() if count > 1)


def _check_ssrcs(offer: Description, answer: Description) -> Iterator[str]:
    counts = Counter(ssrc for section in answer.sections for ssrc in section.pairs("ssrc"))
    yield from (f"ssrc {ssrc} stands in {count} sections" for ssrc, count in counts.items() if count > 1)


def _check_one_meaning(offer: Description, answer: Description) -> Iterator[str]:
    """Payload types, parameters and extension ids mean the same in all bundled sections."""
    for attribute in ("rtpmap", "fmtp", "extmap"):
        meanings: dict[str, str] = {}
        for section in answer.live:
            for key, meaning in section.pairs(attribute).items():
                if meanings.setdefault(key, meaning) != meaning:
                    yield f"{attribute} {key} means {meanings[key]!r} and {meaning!r}"


def _check_opus(offer: Description, answer: Description) -> Iterator[str]:
    seen = set()
    for section in answer.live:
        for payload_type, codec in section.pairs("rtpmap").items():
            if codec.lower().startswith("opus/"):
                seen.add((payload_type, section.pairs("fmtp").get(payload_type)))
    if len(seen) > 1 or any(fmtp != OPUS_FMTP for _, fmtp in seen):
        yield f"Opus is not one type with one fmtp: {seen}"


def _check_mixed(offer: Description, answer: Description) -> Iterator[str]:
    flag = "extmap-allow-mixed"
    if (flag in offer.session.attributes) != (flag in answer.session.attributes):
        yield "extmap-allow-mixed is not answered as offered"


def _check_rejected(offered: Section, answered: Section) -> Iterator[str]:
    if offered.port == 0 and "bundle-only" not in offered.attributes and answered.port:
        yield "a stopped section is answered with a port"
    if not answered.port and (answered.values("msid") or answered.values("ssrc") or answered.direction != "inactive"):
        yield "a rejected section is not inactive and bare"
    if answered.port not in (0, 9):
        yield f"port {answered.port}"


def _check_direction(offered: Section, answered: Section) -> Iterator[str]:
    if not (answered.is_media and answered.port):
        return
    mirrored = MIRRORED[offered.direction]
    if answered.direction not in (mirrored, "inactive") and mirrored != "sendrecv":
        yield f"{offered.direction} is answered {answered.direction}"
    sends = answered.direction in ("sendonly", "sendrecv")
    if sends != bool(answered.values("msid")) or sends != bool(answered.values("ssrc")):
        yield f"{answered.direction} with msid {answered.values('msid')} and ssrc {answered.values('ssrc')}"
    if sends and len(answered.values("msid")) != 1:
        yield "a bound section must have one msid"


def _check_mux(offered: Section, answered: Section) -> Iterator[str]:
    if answered.is_media and answered.port and "rtcp-mux" not in answered.attributes:
        yield "no rtcp-mux"
    if answered.port and ("rtcp-rsize" in offered.attributes) != ("rtcp-rsize" in answered.attributes):
        yield "rtcp-rsize is not answered as offered"


def _check_extensions(offered: Section, answered: Section) -> Iterator[str]:
    if not (answered.is_media and answered.port):
        return
    for uri, id_ in answered.extensions.items():
        if offered.extensions.get(uri) != id_:
            yield f"extension {uri} has id {id_}, offered {offered.extensions.get(uri)}"
    missing = (EXPECTED_EXTENSIONS & offered.extensions.keys()) - answered.extensions.keys()
    yield from (f"extension {uri} is not echoed" for uri in sorted(missing))


def _check_simulcast(offered: Section, answered: Section) -> Iterator[str]:
    if not (answered.is_media and answered.port):
        return
    mirrored = [rid for rid, rest in answered.pairs("rid").items() if rest == "recv"]
    if mirrored != offered.offered_rids:
        yield f"rids {offered.offered_rids} are answered {mirrored}"
    sent = [value.partition("send ")[2].split(" ")[0] for value in offered.values("simulcast") if "send " in value]
    if answered.values("simulcast") != [f"recv {streams.replace('~', '')}" for streams in sent]:
        yield f"simulcast {sent} is answered {answered.values('simulcast')}"


def _check_codecs(offered: Section, answered: Section) -> Iterator[str]:
    if not (answered.is_media and answered.port):
        return
    maps, offered_maps = answered.pairs("rtpmap"), offered.pairs("rtpmap")
    if not answered.formats or sorted(answered.formats) != sorted(maps):
        yield f"formats {answered.formats} do not match the rtpmaps {list(maps)}"
    for payload_type, codec in maps.items():
        fmtp, offered_fmtp = answered.pairs("fmtp").get(payload_type), offered.pairs("fmtp").get(payload_type)
        if offered_maps.get(payload_type) != codec:
            yield f"payload type {payload_type} is {codec!r}, offered {offered_maps.get(payload_type)!r}"
        if codec.lower().startswith("rtx/"):
            if fmtp is None or fmtp.removeprefix("apt=") not in answered.formats:
                yield f"retransmission type {payload_type} has fmtp {fmtp!r}"
        elif not codec.lower().startswith("opus/") and fmtp != offered_fmtp:
            yield f"payload type {payload_type} has fmtp {fmtp!r}, offered {offered_fmtp!r}"
        if codec.lower().startswith("red/") and not _is_red_of_opus(fmtp, maps):
            yield f"RED {payload_type} packs {fmtp!r}, which is not the Opus of its section"
        if codec.lower().partition("/")[0] in ("ulpfec", "flexfec-03", "telephone-event", "cn"):
            yield f"{codec} is accepted"


def _is_red_of_opus(fmtp: str | None, maps: dict[str, str]) -> bool:
    packed = set((fmtp or "").split("/"))
    return len(packed) == 1 and all(maps.get(payload_type, "").lower().startswith("opus/") for payload_type in packed)


def _check_feedback(offered: Section, answered: Section) -> Iterator[str]:
    if not (answered.is_media and answered.port):
        return
    for payload_type in answered.formats:
        prefix = f"{payload_type} "
        ours = {value.removeprefix(prefix) for value in answered.values("rtcp-fb") if value.startswith(prefix)}
        theirs = {value.removeprefix(prefix) for value in offered.values("rtcp-fb") if value.startswith(prefix)}
        theirs |= {value.removeprefix("* ") for value in offered.values("rtcp-fb") if value.startswith("* ")}
        if ours != theirs & EXPECTED_FEEDBACK:
            yield f"feedback of {payload_type} is {ours}, offered {theirs}"


def _check_sources(offered: Section, answered: Section) -> Iterator[str]:
    sources = answered.pairs("ssrc")
    groups = [value.split(" ") for value in answered.values("ssrc-group")]
    if len(sources) > 1 and groups != [["FID", *sources]]:
        yield f"sources {list(sources)} are grouped {groups}"
    if len(set(sources.values())) > 1 or not all(value.startswith("cname:") for value in sources.values()):
        yield f"sources have no common cname: {sources}"


def _check_data(offered: Section, answered: Section) -> Iterator[str]:
    if answered.media == "application" and answered.port:
        if answered.values("sctp-port") != ["5000"] or not answered.values("max-message-size"):
            yield "sctp-port or max-message-size is missing"
        if answered.formats != ["webrtc-datachannel"]:
            yield f"formats {answered.formats}"


def _check_history(answer: Description, previous: Sequence[Description]) -> Iterator[str]:
    if not previous:
        return
    last = previous[-1]
    if last.version[0] != answer.version[0] or last.version[1] >= answer.version[1]:
        yield f"origin goes from {last.version} to {answer.version}"
    if len(answer.sections) < len(last.sections):
        yield "sections were dropped"
    for before, now in zip(last.sections, answer.sections, strict=False):
        if before.port and (before.media, before.mid) != (now.media, now.mid):
            yield f"section {before.mid!r} became {now.mid!r}"
        old, new = before.values("msid"), now.values("msid")
        if before.port and old and new and old != new:
            yield f"section {now.mid!r} went from {old} to {new} without a release"
    homes = {msid: section.mid for section in last.sections for msid in section.values("msid")}
    for section in answer.sections:
        for msid in section.values("msid"):
            if homes.get(msid, section.mid) != section.mid:
                yield f"msid {msid!r} moved from {homes[msid]!r} to {section.mid!r} in one answer"


SESSION_CHECKS: tuple[Callable[[Description, Description], Iterator[str]], ...] = (
    _check_bundle,
    _check_ice,
    _check_dtls,
    _check_msids,
    _check_ssrcs,
    _check_one_meaning,
    _check_opus,
    _check_mixed,
)
SECTION_CHECKS: tuple[Callable[[Section, Section], Iterator[str]], ...] = (
    _check_rejected,
    _check_direction,
    _check_mux,
    _check_extensions,
    _check_simulcast,
    _check_codecs,
    _check_feedback,
    _check_sources,
    _check_data,
)
