"""From text to a `SessionDescription`, in one pass and in time linear in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tureen.sdp.attributes import DIRECTIONS, MEDIA_ATTRIBUTES, SESSION_ATTRIBUTES, Attribute, AttributeRule
from tureen.sdp.description import Line, MediaDescription, SessionDescription
from tureen.sdp.errors import SdpError
from tureen.sdp.grammar import is_token, read_integer, read_token, shown, words
from tureen.sdp.origin import parse_origin

MAX_TEXT = 512 * 1024
"""Characters in a description. A browser's audio and video section take some 6,500 together: enough for 80 people."""
MAX_LINES = 20_000
"""Lines in a description; a line takes about two microseconds."""
MAX_SECTIONS = 256
MAX_LINE = 8192
"""Characters in a line."""
MAX_ATTRIBUTES = 512
"""Attributes of one section, and of the session level. Browsers stay below 200."""
MAX_LINES_KEPT = 32
"""Lines of other types in one section, and at session level."""
MAX_FORMATS = 192
"""Formats of one section; there are 128 payload types."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_OTHER_LINES = frozenset("iuepcbtrzk")
_PROTOCOL = re.compile(r"[0-9A-Za-z/-]{1,64}")
_OPENING = ("v", "o", "s")


def parse_untrusted(text: str) -> SessionDescription:
    """Reads a session description, lines ended by CR LF or LF.

    Raises `SdpError`, and nothing else, for whatever is no description or exceeds the bounds of this module.
    """
    lines = _split_lines(text)
    _check_opening(lines)
    session = _Level(SESSION_ATTRIBUTES)
    sections: list[_Level] = []
    level = session
    for number, line in enumerate(lines[len(_OPENING) :], start=len(_OPENING) + 1):
        try:
            if line.startswith("m="):
                level = _open_section(sections, line[2:])
            else:
                level.add(line)
        except SdpError as error:
            raise error.at(number) from None
    try:
        origin = parse_origin(lines[1][2:])
    except SdpError as error:
        raise error.at(2) from None
    media = tuple(MediaDescription(**section.finish()) for section in sections)
    return SessionDescription(origin=origin, name=lines[2][2:], media=media, **session.finish())


class _Level:
    """The fields of the session level or of one section while its lines come in."""

    def __init__(self, rules: Mapping[str, AttributeRule]) -> None:
        self._rules = rules
        self._attributes = 0
        self._lines: list[Line] = []
        self._other: list[Attribute] = []
        self._many: dict[str, list[Any]] = {}
        self.fields: dict[str, Any] = {}

    def add(self, line: str) -> None:
        """Takes a line over. Raises `SdpError`."""
        kind, value = line[:2], line[2:]
        if kind == "a=":
            self._add_attribute(value)
        elif len(kind) == 2 and kind[1] == "=" and kind[0] in _OTHER_LINES:
            if len(self._lines) == MAX_LINES_KEPT:
                raise SdpError(f"there are more than {MAX_LINES_KEPT} lines besides the attributes", "send fewer")
            self._lines.append(Line(kind[0], value))
        else:
            raise SdpError(f"the line is {shown(line)}", "it must begin with a letter that RFC 8866 allows here")

    def finish(self) -> dict[str, Any]:
        """The fields to make the description from."""
        for field, values in self._many.items():
            self.fields[field] = tuple(values)
        return {**self.fields, "lines": tuple(self._lines), "other": tuple(self._other)}

    def _add_attribute(self, text: str) -> None:
        self._attributes += 1
        if self._attributes > MAX_ATTRIBUTES:
            raise SdpError(f"there are more than {MAX_ATTRIBUTES} attributes", "send fewer in one section")
        name, colon, value = text.partition(":")
        rule = self._rules.get(name)
        if rule is not None:
            self._add_known(name, rule, value if colon else None)
        elif name in DIRECTIONS and not colon:
            self._set(name, "direction", DIRECTIONS[name])
        elif is_token(name):
            self._other.append(Attribute(name, value if colon else None))
        else:
            raise SdpError(f"the attribute is named {shown(name)}", "a name must be a token")

    def _add_known(self, name: str, rule: AttributeRule, value: str | None) -> None:
        if rule.read is None:
            if value is not None:
                raise SdpError(f"a={name} has a value", "it is a flag")
            self.fields[rule.field] = True
        elif value is None:
            raise SdpError(f"a={name} has no value", "a colon and a value must follow")
        elif rule.many:
            self._many.setdefault(rule.field, []).append(rule.read(value))
        else:
            self._set(name, rule.field, rule.read(value))

    def _set(self, name: str, field: str, value: object) -> None:
        if field in self.fields:
            raise SdpError(f"a={name} comes on top of an earlier one", "one is allowed in a section")
        self.fields[field] = value


def _split_lines(text: str) -> list[str]:
    if len(text) > MAX_TEXT:
        raise SdpError(f"the description has {len(text)} characters", f"{MAX_TEXT} are the limit")
    count = text.count("\n")
    if count > MAX_LINES:
        raise SdpError(f"the description has {count} lines", f"{MAX_LINES} are the limit")
    text = text.replace("\r\n", "\n")
    control = _CONTROL.search(text)
    if control is not None:
        raise SdpError(
            f"there is a control character {shown(control[0])}",
            "lines hold text only",
            line=text.count("\n", 0, control.start()) + 1,
        )
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            raise SdpError(f"the line has {len(line)} characters", f"{MAX_LINE} are the limit", line=number)
    return lines


def _check_opening(lines: list[str]) -> None:
    for number, letter in enumerate(_OPENING, start=1):
        if len(lines) < number or not lines[number - 1].startswith(f"{letter}="):
            raise SdpError(f"there is no {letter}= line", "a description begins with v=, o= and s=", line=number)
    if lines[0] != "v=0":
        raise SdpError(f"the version is {shown(lines[0][2:])}", "only version 0 exists", line=1)


def _open_section(sections: list[_Level], value: str) -> _Level:
    if len(sections) == MAX_SECTIONS:
        raise SdpError(f"there are more than {MAX_SECTIONS} sections", "use several connections, or reuse sections")
    found = words(value)
    if not 4 <= len(found) <= 3 + MAX_FORMATS:
        raise SdpError(
            f"the section is {shown(value)}", f"it takes media, port, protocol and 1 to {MAX_FORMATS} formats"
        )
    port, slash, count = found[1].partition("/")
    if _PROTOCOL.fullmatch(found[2]) is None:
        raise SdpError(f"the protocol is {shown(found[2])}", "it must be words joined by slashes")
    section = _Level(MEDIA_ATTRIBUTES)
    section.fields.update(
        media=read_token(found[0], "the media"),
        port=read_integer(port, "the port", 0, 65535),
        port_count=read_integer(count, "the number of ports", 1, 65535) if slash else 1,
        protocol=found[2],
        formats=tuple(read_token(word, "the format") for word in found[3:]),
    )
    sections.append(section)
    return section
