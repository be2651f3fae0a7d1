"""Offers that cannot be answered, made from a good one. Each is wrong in its own way."""

from __future__ import annotations

from collections.abc import Callable

from tests.sdp_offers import FINGERPRINT, Peer


def good() -> str:
    """As a browser's: seven sections."""
    peer = Peer()
    peer.join()
    return peer.offer()


def unanswerable() -> dict[str, str]:
    """By what is wrong."""
    offer = good()
    return {name: change(offer) for name, change in {**_TEXTS, **_SECTIONS, **_TRANSPORTS, **_NUMBERS}.items()}


def _swap(old: str, new: str, times: int = -1) -> Callable[[str], str]:
    def change(offer: str) -> str:
        assert old in offer
        return offer.replace(old, new, times)

    return change


def _section(offer: str, index: int) -> str:
    return "m=" + offer.split("m=")[1:][index]


def _append(lines: str) -> Callable[[str], str]:
    return lambda offer: offer + lines + "\r\n"


def _many_sections(count: int) -> Callable[[str], str]:
    def change(offer: str) -> str:
        first = _section(offer, 0)
        return offer + "".join(first.replace("a=mid:0", f"a=mid:x{number}") for number in range(count))

    return change


_TEXTS: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "one word": lambda _: "offer",
    "megabytes of one letter": lambda _: "v" * 1_900_000,
    "megabytes of line ends": lambda _: "v=0\r\n" + "\r\n" * 900_000,
    "a hundred thousand attributes": _append("\r\n".join(["a=x:y"] * 100_000)),
    "a line of a megabyte": _append("a=x:" + "y" * 1_000_000),
    "lone carriage returns": lambda offer: offer.replace("\r\n", "\r"),
    "a carriage return within a line": _swap("a=mid:0", "a=mid:0\ra=mid:9"),
    "null bytes": _swap("a=mid:0", "a=mid:0\0"),
    "escape": _swap("s=-", "s=\x1b[31m"),
    "JSON": lambda offer: f'{{"type": "offer", "sdp": "{offer[:20]}"}}',
    "other version": _swap("v=0", "v=1"),
    "no origin": lambda offer: "\r\n".join(line for line in offer.split("\r\n") if not line.startswith("o=")),
    "session line after the sections only": lambda offer: offer[offer.index("m=") :] + offer[: offer.index("m=")],
}

_SECTIONS: dict[str, Callable[[str], str]] = {
    "a thousand sections": _many_sections(1000),
    "ten thousand sections": lambda offer: offer + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 10_000,
    "two sections of one mid": _swap("a=mid:1", "a=mid:0"),
    "mid with a space": _swap("a=mid:0", "a=mid:0 1"),
    "mid of ten thousand letters": _swap("a=mid:0", "a=mid:" + "m" * 8000),
    "two mids in a section": _swap("a=mid:0\r\n", "a=mid:0\r\na=mid:9\r\n"),
    "bundle of nobody": _swap("a=group:BUNDLE 0 1 2 3 4 5 6", "a=group:BUNDLE 7 8 9"),
    "two directions": _swap("a=recvonly\r\n", "a=recvonly\r\na=sendonly\r\n"),
    "no formats": _swap("m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0", "m=audio 9 UDP/TLS/RTP/SAVPF"),
    "a thousand formats": _swap("SAVPF 111 63 0", "SAVPF " + " ".join(map(str, range(1000)))),
}

_TRANSPORTS: dict[str, Callable[[str], str]] = {
    "no user name fragment": _swap("a=ice-ufrag:peer\r\n", ""),
    "no password": _swap("a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n", ""),
    "short password": _swap("a=ice-pwd:abcdefghijklmnopqrstuvwx", "a=ice-pwd:short"),
    "user name fragment of 300 letters": _swap("a=ice-ufrag:peer", "a=ice-ufrag:" + "u" * 300),
    "user name fragment with a colon": _swap("a=ice-ufrag:peer", "a=ice-ufrag:pe:er"),
    "no fingerprint": lambda offer: offer.replace(f"a=fingerprint:{FINGERPRINT}\r\n", ""),
    "short fingerprint": _swap(FINGERPRINT, "sha-256 0A:0A"),
    "fingerprint of letters": _swap(FINGERPRINT, "sha-256 " + ":".join(["ZZ"] * 32)),
    "fingerprint by MD5": _swap(FINGERPRINT, "md5 " + ":".join(["0A"] * 16)),
    "peer that waits": _swap("a=setup:actpass", "a=setup:passive"),
    "setup of no meaning": _swap("a=setup:actpass", "a=setup:maybe"),
}

_NUMBERS: dict[str, Callable[[str], str]] = {
    "port beyond 16 bits": _swap("m=audio 9 ", "m=audio 65536 "),
    "negative port": _swap("m=audio 9 ", "m=audio -1 "),
    "port of a thousand digits": _swap("m=audio 9 ", f"m=audio {'9' * 1000} "),
    "port in other digits": _swap("m=audio 9 ", "m=audio \N{ARABIC-INDIC DIGIT NINE} "),
    "payload type beyond 7 bits": _swap("a=rtpmap:111 ", "a=rtpmap:300 "),
    "clock rate of a thousand digits": _swap("opus/48000/2", f"opus/{'4' * 1000}/2"),
    "clock rate zero": _swap("opus/48000/2", "opus/0/2"),
    "extension id zero": _swap("a=extmap:4 urn", "a=extmap:0 urn"),
    "extension id beyond one byte": _swap("a=extmap:4 urn", "a=extmap:70000 urn"),
    "SCTP port beyond 16 bits": _swap("a=sctp-port:5000", "a=sctp-port:70000"),
    "message size negative": _swap("a=max-message-size:262144", "a=max-message-size:-1"),
    "source beyond 32 bits": _swap("a=mid:0\r\n", "a=mid:0\r\na=ssrc:99999999999 cname:x\r\n"),
}
