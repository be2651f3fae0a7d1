"""What a payload type stands for: ``rtpmap``, ``fmtp`` (RFC 8866 sections 6.6, 6.15) and ``rtcp-fb`` (RFC 4585)."""

from __future__ import annotations

from msgspec import Struct

from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import read_integer, read_token, shown, split_once

MAX_CLOCK_RATE = 2**32 - 1
MAX_CHANNELS = 255
ANY_FORMAT = "*"
"""The format of an ``rtcp-fb`` that holds for all of a section's payload types."""


class RtpMap(Struct, frozen=True, kw_only=True):
    """``a=rtpmap``: the codec of a payload type."""

    payload_type: int
    encoding_name: str
    clock_rate: int
    channels: int = 1

    def encode(self) -> str:
        """The value of the attribute."""
        channels = f"/{self.channels}" if self.channels != 1 else ""
        return f"{self.payload_type} {self.encoding_name}/{self.clock_rate}{channels}"


class Fmtp(Struct, frozen=True, kw_only=True):
    """``a=fmtp``: parameters of one format of a section."""

    format: str
    parameters: str

    def encode(self) -> str:
        """The value of the attribute."""
        return f"{self.format} {self.parameters}"


class RtcpFeedback(Struct, frozen=True, kw_only=True):
    """``a=rtcp-fb``: a kind of feedback for one format, or for all (`ANY_FORMAT`)."""

    format: str
    value: str

    def encode(self) -> str:
        """The value of the attribute."""
        return f"{self.format} {self.value}"


def parse_rtp_map(value: str) -> RtpMap:
    """Reads ``<payload type> <encoding name>/<clock rate>[/<channels>]``. Raises `SdpError`."""
    payload_type, codec = split_once(value, " ", "the rtpmap")
    parts = codec.strip(" ").split("/")
    if not 2 <= len(parts) <= 3:
        raise SdpError(f"the rtpmap names {shown(codec)}", "it must be name/clock-rate or name/clock-rate/channels")
    return RtpMap(
        payload_type=read_integer(payload_type, "the payload type", 0, 127),
        encoding_name=read_token(parts[0], "the encoding name"),
        clock_rate=read_integer(parts[1], "the clock rate", 1, MAX_CLOCK_RATE),
        channels=read_integer(parts[2], "the number of channels", 1, MAX_CHANNELS) if len(parts) == 3 else 1,
    )


def parse_fmtp(value: str) -> Fmtp:
    """Reads ``<format> <parameters>``. Raises `SdpError`."""
    format_, parameters = _format_and_rest(value, "the fmtp")
    return Fmtp(format=format_, parameters=parameters)


def parse_rtcp_feedback(value: str) -> RtcpFeedback:
    """Reads ``<format or *> <feedback>``. Raises `SdpError`."""
    format_, feedback = _format_and_rest(value, "the rtcp-fb")
    return RtcpFeedback(format=format_, value=feedback)


def format_parameters(parameters: str) -> dict[str, str]:
    """The ``name=value`` pairs of an ``fmtp``; names in lower case, a later value replaces an earlier one."""
    pairs = (part.strip(" ").partition("=") for part in parameters.split(";"))
    return {name.strip(" ").lower(): value.strip(" ") for name, _, value in pairs if name}


def _format_and_rest(value: str, what: str) -> tuple[str, str]:
    format_, rest = split_once(value, " ", what)
    rest = rest.strip(" ")
    if not rest:
        raise SdpError(f"{what} for {shown(format_)} is empty", "something must follow the format")
    return read_token(format_, f"the format of {what}"), rest
