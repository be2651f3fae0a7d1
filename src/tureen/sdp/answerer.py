"""Answers to a peer's offers, one `Answerer` per peer connection.

Departures from the standards, all of them what browsers do and expect: transport attributes stand in every live
section, not in the first of the bundle only (RFC 8829 section 5.3.1; some peers look for them in each), and a section
keeps port 9 beside inline candidates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from tureen.model.media import IceCredentials, LocalTransport, ProducerParameters
from tureen.sdp.answered_section import Downlink, answer_data, answer_rejected, answer_rtp, chosen_codecs
from tureen.sdp.description import MediaDescription, SessionDescription
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import shown
from tureen.sdp.offer import Offer
from tureen.sdp.offered_section import OfferedSection, SectionKind
from tureen.sdp.origin import Origin
from tureen.sdp.transport import Group

TrackKey = tuple[str, str]
"""Stream and track id: the pair of an ``a=msid``."""


class Answer(Struct, frozen=True, kw_only=True):
    """An answer and what it means for the packet core."""

    text: str
    producers: dict[str, ProducerParameters]
    """What the peer now sends us, by mid: the accepted uplinks."""


class _AnsweredSection(Struct, frozen=True, kw_only=True):
    """What the next answer must know about a section of the last."""

    mid: str
    media: str
    rejected: bool
    """Either side gave it port 0: the peer may put another section in its place (RFC 8829 section 5.2.2)."""
    track: TrackKey | None
    """What we send in it."""


class Answerer:
    """Remembers the sections of earlier answers, so that every answer extends the last (RFC 3264 section 8)."""

    def __init__(self, local: LocalTransport, session_id: int) -> None:
        """``session_id``: 0 to 2**63 - 1, random (RFC 8829 section 5.2.1)."""
        self._local = local
        self._session_id = session_id
        self._session_version = 0
        self._sections: tuple[_AnsweredSection, ...] = ()
        self._remote_ice: IceCredentials | None = None

    @property
    def local(self) -> LocalTransport:
        """Our side of the transport as answers state it."""
        return self._local

    def restart_ice(self, ice: IceCredentials) -> None:
        """Answers with these credentials from now on (RFC 8445 section 9: fresh ones for a restart)."""
        self._local = LocalTransport(
            ice=ice,
            fingerprint=self._local.fingerprint,
            candidates=self._local.candidates,
            max_message_size=self._local.max_message_size,
        )

    def restarts_ice(self, offer: Offer) -> bool:
        """Whether the offer brings other ICE credentials than the last answered one."""
        return self._remote_ice is not None and self._remote_ice != offer.remote.ice

    def may_bind(self, mid: str, stream_id: str, track_id: str) -> bool:
        """Whether the next answer may send this track in this section.

        Not if the section still sends another track, nor if the track is still sent in another section: each must
        first be released in an answer of its own.
        """
        return self._obstacle(mid, (stream_id, track_id)) is None

    def answer(
        self,
        offer: Offer,
        *,
        uplinks: Collection[str] = (),
        preferred: Mapping[str, str] | None = None,
        downlinks: Mapping[str, Downlink] | None = None,
    ) -> Answer:
        """Answers an offer.

        ``uplinks``: mids whose media we take, where the peer sends any; ``preferred``: the MIME type in which we would
        like it to come, by mid, where the peer offers it; ``downlinks``: what we send, by mid. Every
        other section is inactive. Raises `SdpError`, and changes nothing, if the offer breaks with earlier ones or a
        downlink contradicts the offer or the last answer.
        """
        downlinks = {} if downlinks is None else downlinks
        self._check_continuity(offer)
        self._check_downlinks(offer, downlinks)
        accepted = {
            section.mid: (preferred or {}).get(section.mid, "")
            for section in offer.sections
            if section.sends and section.mid in uplinks
        }
        text = self._describe(offer, accepted, downlinks).encode()
        self._session_version += 1
        self._remote_ice = offer.remote.ice
        self._sections = tuple(_remember(section, downlinks.get(section.mid)) for section in offer.sections)
        return Answer(text=text, producers=_producers(offer, accepted, downlinks))

    def _check_continuity(self, offer: Offer) -> None:
        """Sections are appended, or recycled in place, never dropped or moved."""
        if len(offer.sections) < len(self._sections):
            raise SdpError(
                f"the offer has {len(offer.sections)} sections, an earlier one had {len(self._sections)}",
                "stop a section by port 0 instead of leaving it out",
            )
        for before, now in zip(self._sections, offer.sections, strict=False):
            same = (before.mid, before.media) == (now.mid, now.media) or (now.rejected and not now.mid)
            if not same and not before.rejected:
                raise SdpError(
                    f"section {now.index} was {shown(before.mid)} ({before.media}), now {shown(now.mid)} ({now.media})",
                    "only a section that was stopped may get another mid or medium",
                )

    def _check_downlinks(self, offer: Offer, downlinks: Mapping[str, Downlink]) -> None:
        tracks: set[TrackKey] = set()
        sources: set[int] = set()
        for mid, downlink in downlinks.items():
            section = offer.section(mid)
            if section is None or section.media_kind is None or not section.receives:
                raise SdpError(f"the section {shown(mid)} receives no media", "bind tracks to receiving sections only")
            track = (downlink.stream_id, downlink.track_id)
            obstacle = self._obstacle(mid, track)
            if obstacle or track in tracks:
                raise SdpError(
                    f"{shown(downlink.track_id)} cannot be sent in section {shown(mid)}",
                    obstacle or "it is sent in another section of this answer",
                )
            stated = {downlink.ssrc, downlink.rtx_ssrc} - {None}
            if stated & sources or downlink.ssrc == downlink.rtx_ssrc:
                raise SdpError(f"an SSRC of section {shown(mid)} is used twice", "each stream needs its own")
            tracks.add(track)
            sources |= {downlink.ssrc} if downlink.rtx_ssrc is None else {downlink.ssrc, downlink.rtx_ssrc}

    def _obstacle(self, mid: str, track: TrackKey) -> str | None:
        for section in self._sections:
            if section.mid == mid and section.track not in (None, track):
                return "the section still sends another track; release it in an answer first"
            if section.mid != mid and section.track == track:
                return f"it is still sent in section {shown(section.mid)}; release it in an answer first"
        return None

    def _describe(
        self, offer: Offer, accepted: Mapping[str, str], downlinks: Mapping[str, Downlink]
    ) -> SessionDescription:
        return SessionDescription(
            origin=Origin(session_id=self._session_id, session_version=self._session_version + 1),
            groups=(Group(semantics="BUNDLE", mids=offer.bundle),),
            extmap_allow_mixed=offer.allow_mixed,
            ice_lite=True,
            media=tuple(self._section(offer, section, accepted, downlinks) for section in offer.sections),
        )

    def _section(
        self, offer: Offer, section: OfferedSection, accepted: Mapping[str, str], downlinks: Mapping[str, Downlink]
    ) -> MediaDescription:
        tagged = section.mid == offer.bundle[0]
        if section.rejected:
            return answer_rejected(section)
        if section.kind is SectionKind.APPLICATION:
            return answer_data(section, self._local, tagged=tagged)
        return answer_rtp(
            section,
            self._local,
            tagged=tagged,
            receives=section.mid in accepted,
            downlink=downlinks.get(section.mid),
            preferred=accepted.get(section.mid, ""),
        )


def _remember(section: OfferedSection, downlink: Downlink | None) -> _AnsweredSection:
    return _AnsweredSection(
        mid=section.mid,
        media=section.media,
        rejected=section.rejected,
        track=(downlink.stream_id, downlink.track_id) if downlink else None,
    )


def _producers(
    offer: Offer, accepted: Mapping[str, str], downlinks: Mapping[str, Downlink]
) -> dict[str, ProducerParameters]:
    return {
        section.mid: ProducerParameters(
            kind=section.media_kind,
            mid=section.mid,
            codecs=chosen_codecs(section, downlinks.get(section.mid), accepted[section.mid]),
            encodings=section.encodings,
        )
        for section in offer.sections
        if section.media_kind and section.mid in accepted
    }
