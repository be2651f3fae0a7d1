"""The ``a=`` lines that we know: one table per level, read by the parser and by the encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from tureen.sdp.candidate import IceCandidate, parse_candidate
from tureen.sdp.direction import Direction
from tureen.sdp.grammar import read_integer, read_token
from tureen.sdp.header_extension import ExtMap, parse_ext_map
from tureen.sdp.rtp_format import Fmtp, RtcpFeedback, RtpMap, parse_fmtp, parse_rtcp_feedback, parse_rtp_map
from tureen.sdp.simulcast import Rid, Simulcast, parse_rid, parse_simulcast
from tureen.sdp.source import Msid, SsrcAttribute, SsrcGroup, parse_msid, parse_ssrc, parse_ssrc_group
from tureen.sdp.transport import (
    Group,
    encode_fingerprint,
    parse_fingerprint,
    parse_group,
    parse_ice_options,
    parse_ice_pwd,
    parse_ice_ufrag,
    parse_setup,
)

MAX_MESSAGE_SIZE = 2**64 - 1
DIRECTIONS = {direction.value: direction for direction in Direction}


class Attribute(Struct, frozen=True):
    """An attribute that we know nothing about, kept as it came."""

    name: str
    value: str | None = None
    """``None``: a flag, without a colon."""


class AttributeRule(Struct, frozen=True, kw_only=True):
    """How an attribute becomes a field of a description, and back."""

    field: str
    read: Callable[[str], Any] | None = None
    """From the value after the colon; ``None``: a flag."""
    write: Callable[[Any], str] = str
    many: bool = False
    """It may stand several times, and the field is a tuple."""


def encode_attributes(description: Any, rules: Mapping[str, AttributeRule]) -> Iterator[str]:  # noqa: ANN401 - the table names its fields
    """The ``a=`` lines of a description or section, in the order of the table; unknown ones last."""
    for name, rule in rules.items():
        value = getattr(description, rule.field)
        if rule.read is None:
            if value:
                yield f"a={name}"
        elif rule.many:
            yield from (f"a={name}:{rule.write(one)}" for one in value)
        elif value is not None:
            yield f"a={name}:{rule.write(value)}"
    if (direction := description.direction) is not None:
        yield f"a={direction.value}"
    for attribute in description.other:
        yield f"a={attribute.name}" if attribute.value is None else f"a={attribute.name}:{attribute.value}"


def _read_mid(value: str) -> str:
    return read_token(value, "the mid")


def _read_sctp_port(value: str) -> int:
    return read_integer(value, "the SCTP port", 0, 65535)


def _read_message_size(value: str) -> int:
    return read_integer(value, "the message size", 0, MAX_MESSAGE_SIZE)


_ICE_UFRAG = AttributeRule(field="ice_ufrag", read=parse_ice_ufrag)
_ICE_PWD = AttributeRule(field="ice_pwd", read=parse_ice_pwd)
_ICE_OPTIONS = AttributeRule(field="ice_options", read=parse_ice_options, write=" ".join)
_FINGERPRINT = AttributeRule(field="fingerprints", read=parse_fingerprint, write=encode_fingerprint, many=True)
_SETUP = AttributeRule(field="setup", read=parse_setup)
_EXT_MAP = AttributeRule(field="ext_maps", read=parse_ext_map, write=ExtMap.encode, many=True)
_ALLOW_MIXED = AttributeRule(field="extmap_allow_mixed")

SESSION_ATTRIBUTES: Mapping[str, AttributeRule] = {
    "group": AttributeRule(field="groups", read=parse_group, write=Group.encode, many=True),
    "extmap-allow-mixed": _ALLOW_MIXED,
    "ice-lite": AttributeRule(field="ice_lite"),
    "ice-options": _ICE_OPTIONS,
    "ice-ufrag": _ICE_UFRAG,
    "ice-pwd": _ICE_PWD,
    "fingerprint": _FINGERPRINT,
    "setup": _SETUP,
    "extmap": _EXT_MAP,
}
"""Attributes of the whole description. The four directions are added by the parser and `encode_attributes`."""

MEDIA_ATTRIBUTES: Mapping[str, AttributeRule] = {
    "mid": AttributeRule(field="mid", read=_read_mid),
    "candidate": AttributeRule(field="candidates", read=parse_candidate, write=IceCandidate.encode, many=True),
    "end-of-candidates": AttributeRule(field="end_of_candidates"),
    "ice-ufrag": _ICE_UFRAG,
    "ice-pwd": _ICE_PWD,
    "ice-options": _ICE_OPTIONS,
    "fingerprint": _FINGERPRINT,
    "setup": _SETUP,
    "bundle-only": AttributeRule(field="bundle_only"),
    "extmap-allow-mixed": _ALLOW_MIXED,
    "extmap": _EXT_MAP,
    "msid": AttributeRule(field="msids", read=parse_msid, write=Msid.encode, many=True),
    "rtcp-mux": AttributeRule(field="rtcp_mux"),
    "rtcp-mux-only": AttributeRule(field="rtcp_mux_only"),
    "rtcp-rsize": AttributeRule(field="rtcp_rsize"),
    "rtpmap": AttributeRule(field="rtp_maps", read=parse_rtp_map, write=RtpMap.encode, many=True),
    "rtcp-fb": AttributeRule(field="feedback", read=parse_rtcp_feedback, write=RtcpFeedback.encode, many=True),
    "fmtp": AttributeRule(field="fmtps", read=parse_fmtp, write=Fmtp.encode, many=True),
    "rid": AttributeRule(field="rids", read=parse_rid, write=Rid.encode, many=True),
    "simulcast": AttributeRule(field="simulcast", read=parse_simulcast, write=Simulcast.encode),
    "ssrc-group": AttributeRule(field="ssrc_groups", read=parse_ssrc_group, write=SsrcGroup.encode, many=True),
    "ssrc": AttributeRule(field="ssrcs", read=parse_ssrc, write=SsrcAttribute.encode, many=True),
    "sctp-port": AttributeRule(field="sctp_port", read=_read_sctp_port),
    "max-message-size": AttributeRule(field="max_message_size", read=_read_message_size),
}
"""Attributes of a section; the directions likewise."""
