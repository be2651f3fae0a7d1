"""H.264 profiles as ``profile-level-id`` states them (RFC 6184 section 8.1)."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

from msgspec import Struct

_PROFILE_LEVEL_ID = re.compile(r"[0-9A-Fa-f]{6}")
_DEFAULT = "420010"
"""Baseline, level 1, presumed without a ``profile-level-id``."""

_CONSTRAINT_SET_0 = 0x80
_CONSTRAINT_SET_1 = 0x40


class H264Profile(enum.Enum):
    """The profiles that matter between browsers."""

    CONSTRAINED_BASELINE = enum.auto()
    BASELINE = enum.auto()
    OTHER = enum.auto()
    """Main, High and the rest: not every decoder has them."""


class H264Format(Struct, frozen=True):
    """What must agree between two ends of an H.264 stream; the level is the receiver's wish and need not."""

    profile: H264Profile
    packetization_mode: str


def h264_format(parameters: Mapping[str, str]) -> H264Format:
    """From the parameters of an ``fmtp``."""
    return H264Format(_profile(parameters.get("profile-level-id", _DEFAULT)), parameters.get("packetization-mode", "0"))


def is_baseline(parameters: Mapping[str, str]) -> bool:
    """Whether this is (constrained) baseline in a packetization mode that browsers know (0 or 1)."""
    format_ = h264_format(parameters)
    return format_.profile is not H264Profile.OTHER and format_.packetization_mode in ("0", "1")


def _profile(profile_level_id: str) -> H264Profile:
    """RFC 6184 table 5: constraint flags can make one profile out of another's number."""
    if _PROFILE_LEVEL_ID.fullmatch(profile_level_id) is None:
        return H264Profile.OTHER
    number, constraints = int(profile_level_id[:2], 16), int(profile_level_id[2:4], 16)
    if number == 0x42:
        constrained = constraints & _CONSTRAINT_SET_1
        return H264Profile.CONSTRAINED_BASELINE if constrained else H264Profile.BASELINE
    if (number == 0x4D and constraints & _CONSTRAINT_SET_0) or (
        number == 0x58 and constraints & _CONSTRAINT_SET_0 and constraints & _CONSTRAINT_SET_1
    ):
        return H264Profile.CONSTRAINED_BASELINE
    return H264Profile.BASELINE if number == 0x58 and constraints & _CONSTRAINT_SET_1 else H264Profile.OTHER
