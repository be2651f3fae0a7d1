"""A peer's offer, checked and in the terms of the media model.

`read_offer_untrusted` refuses what we could not answer with one bundled, multiplexed, encrypted transport. What is
merely unknown to us (codecs, extensions, whole sections) is left out or marked as rejected.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from tureen.model.media import Codec, Fingerprint, HeaderExtensionIds, IceCredentials, RemoteTransport
from tureen.sdp.description import MediaDescription, SessionDescription
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import shown
from tureen.sdp.header_extension import merge_extension_ids
from tureen.sdp.offered_section import OfferedSection, SectionKind, read_section
from tureen.sdp.parser import parse_untrusted
from tureen.sdp.rtp_format import format_parameters
from tureen.sdp.transport import Setup

DEFAULT_MESSAGE_SIZE = 65536
"""Bytes; holds without ``a=max-message-size`` (RFC 8841 section 6.1)."""
LARGEST_MESSAGE_SIZE = 2**30
"""Bytes; stands for more than this and for "any size" (0), so that the value is a limit in any case."""

_BUNDLE = "BUNDLE"
_HASH_FUNCTION = "sha-256"
_HASH_LENGTH = 32 * 3 - 1
_ENCODER_HINT = "x-google-"


class Offer(Struct, frozen=True, kw_only=True):
    """A checked offer."""

    remote: RemoteTransport
    sections: tuple[OfferedSection, ...]
    """All of them, rejected ones too, in the offer's order."""
    bundle: tuple[str, ...]
    """Mids of the sections that we can accept, in the order of the offer's BUNDLE group; never empty."""
    has_data: bool
    """A section for data channels is among them."""
    allow_mixed: bool = False
    """``a=extmap-allow-mixed`` at session level."""

    def section(self, mid: str) -> OfferedSection | None:
        """The section with this mid."""
        return next((section for section in self.sections if section.mid == mid), None)


def read_offer_untrusted(text: str) -> Offer:
    """Reads and checks an offer.

    Raises `SdpError` if it is no description, or has no bundle of multiplexed sections over ICE and DTLS with a SHA-256
    fingerprint in which we may be the DTLS server.
    """
    description = parse_untrusted(text)
    sections = tuple(read_section(description, index) for index in range(len(description.media)))
    bundle = _read_bundle(description, _by_mid(sections))
    _check_payload_types(bundle)
    data = next((section for section in bundle if section.kind is SectionKind.APPLICATION), None)
    return Offer(
        remote=_read_remote_transport(
            description,
            tagged=description.media[bundle[0].index],
            data=description.media[data.index] if data else None,
            extensions=merge_extension_ids(section.extensions for section in bundle),
        ),
        sections=sections,
        bundle=tuple(section.mid for section in bundle),
        has_data=data is not None,
        allow_mixed=description.extmap_allow_mixed,
    )


def _by_mid(sections: tuple[OfferedSection, ...]) -> dict[str, OfferedSection]:
    found: dict[str, OfferedSection] = {}
    for section in sections:
        if section.mid and found.setdefault(section.mid, section) is not section:
            raise SdpError(f"two sections have the mid {shown(section.mid)}", "a mid must be unique")
    return found


def _read_bundle(description: SessionDescription, sections: dict[str, OfferedSection]) -> list[OfferedSection]:
    """The acceptable sections in the order of the group (RFC 8843 section 7.3.1)."""
    group = next((group for group in description.groups if group.semantics == _BUNDLE), None)
    mids = dict.fromkeys(group.mids if group else ())
    for mid in mids:
        if mid not in sections:
            raise SdpError(f"the BUNDLE group names {shown(mid)}", "no section has this mid")
    for mid, section in sections.items():
        if not section.rejected and mid not in mids:
            raise SdpError(f"the section {shown(mid)} is not in the BUNDLE group", "all sections share one transport")
    bundle = [sections[mid] for mid in mids if not sections[mid].rejected]
    if not bundle:
        raise SdpError("nothing in the offer can be accepted", "offer audio, video or data channels as WebRTC does")
    return bundle


def _check_payload_types(bundle: Iterable[OfferedSection]) -> None:
    """Bundled sections share payload types, so one type has one meaning (RFC 8843 section 9.1)."""
    meanings: dict[int, tuple[object, ...]] = {}
    for codec in (codec for section in bundle for codec in section.codecs):
        meaning = (codec.mime_type.lower(), codec.clock_rate, codec.channels, _shared_parameters(codec))
        stated: dict[int, tuple[object, ...]] = {codec.payload_type: meaning}
        if codec.rtx_payload_type is not None:
            stated[codec.rtx_payload_type] = ("rtx", codec.payload_type)
        for payload_type, stated_meaning in stated.items():
            if meanings.setdefault(payload_type, stated_meaning) != stated_meaning:
                raise SdpError(
                    f"payload type {payload_type} means two things", "bundled sections must agree on payload types"
                )


def _shared_parameters(codec: Codec) -> dict[str, str]:
    """Those that all sections have in common.

    Clients add ``x-google-start-bitrate`` and its kin to the sections that they publish in, and there only: hints to
    their own encoder, which do not change what a payload type means.
    """
    parameters = format_parameters(codec.parameters)
    return {name: value for name, value in parameters.items() if not name.startswith(_ENCODER_HINT)}


def _read_remote_transport(
    description: SessionDescription,
    *,
    tagged: MediaDescription,
    data: MediaDescription | None,
    extensions: HeaderExtensionIds,
) -> RemoteTransport:
    """From the first accepted section of the bundle, whose attributes hold for all (RFC 8843 section 7.1.3)."""
    setup = tagged.setup or description.setup
    if setup not in (Setup.ACTPASS, Setup.ACTIVE):
        raise SdpError(f"the offer has setup {setup or 'missing'}", "we are DTLS server; offer actpass or active")
    # Credentials of one level belong together.
    ufrag, password = tagged.ice_ufrag, tagged.ice_pwd
    if ufrag is None and password is None:
        ufrag, password = description.ice_ufrag, description.ice_pwd
    if ufrag is None or password is None:
        raise SdpError("the offer has no ICE credentials", "a=ice-ufrag and a=ice-pwd must both be there")
    return RemoteTransport(
        ice=IceCredentials(ufrag=ufrag, password=password),
        fingerprint=_sha256(tagged.fingerprints or description.fingerprints),
        extensions=extensions,
        max_message_size=_max_message_size(data),
    )


def _sha256(fingerprints: tuple[Fingerprint, ...]) -> Fingerprint:
    for fingerprint in fingerprints:
        if fingerprint.algorithm == _HASH_FUNCTION and len(fingerprint.value) == _HASH_LENGTH:
            return fingerprint
    raise SdpError("the offer has no SHA-256 fingerprint", "a=fingerprint:sha-256 with 32 bytes must be there")


def _max_message_size(data: MediaDescription | None) -> int:
    if data is None or data.max_message_size is None:
        return DEFAULT_MESSAGE_SIZE
    return min(data.max_message_size or LARGEST_MESSAGE_SIZE, LARGEST_MESSAGE_SIZE)
