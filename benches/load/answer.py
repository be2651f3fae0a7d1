"""What a participant needs of an answer."""

from __future__ import annotations

import re

from msgspec import Struct

_CANDIDATE = re.compile(r"^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host", re.MULTILINE | re.IGNORECASE)
_SOURCE = re.compile(r"^a=ssrc:(\d+) ", re.MULTILINE)
_REPAIRED = re.compile(r"^a=ssrc-group:FID (\d+) (\d+)", re.MULTILINE)


class MalformedAnswerError(Exception):
    """The answer lacks something that every answer has."""


class ServerTransport(Struct, frozen=True, kw_only=True):
    """Where media goes to, and how to know that it is the server."""

    ufrag: str
    password: str
    fingerprint: str
    """SHA-256 of the certificate."""
    address: str
    """IP address and port."""


class Stream(Struct, frozen=True, kw_only=True):
    """An RTP stream that will come."""

    ssrc: int
    rtx_ssrc: int | None
    video: bool


def server_transport(answer: str) -> ServerTransport:
    """The transport that all sections share. Raises `MalformedAnswerError`."""
    candidate = _CANDIDATE.search(answer)
    if candidate is None:
        raise MalformedAnswerError("The answer has no host candidate for UDP.")
    host, port = candidate.groups()
    return ServerTransport(
        ufrag=_value(answer, "ice-ufrag"),
        password=_value(answer, "ice-pwd"),
        fingerprint=_value(answer, "fingerprint").partition(" ")[2],
        address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
    )


def streams(answer: str) -> list[Stream]:
    """All streams that the server announces."""
    found = []
    for section in answer.split("\r\nm=")[1:]:
        sources = [int(ssrc) for ssrc in _SOURCE.findall(section)]
        if not sources:
            continue
        group = _REPAIRED.search(section)
        media, repair = (int(group[1]), int(group[2])) if group else (sources[0], None)
        found.append(Stream(ssrc=media, rtx_ssrc=repair, video=section.startswith("video")))
    return found


def _value(answer: str, attribute: str) -> str:
    found = re.search(rf"^a={attribute}:(.+?)\r?$", answer, re.MULTILINE)
    if found is None:
        raise MalformedAnswerError(f"The answer has no {attribute}.")
    return found[1]
