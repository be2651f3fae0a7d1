"""Tokens that must be refused, each wrong in its own way. Built byte by byte, without the code under test."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.server import KEY, SECRET

ROOM = "hostile"
IDENTITY = "mallory"
VIDEO = {"roomJoin": True, "room": ROOM}
HEADER = {"alg": "HS256", "typ": "JWT"}
LIFETIME_S = 24 * 3600
"""Longer than any run: tokens are made when tests are collected, and must not be refused for their age alone."""


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def claims(**changes: Any) -> dict[str, Any]:
    """Those of a good token, with changes; ``None`` takes a claim away."""
    now = int(time.time())
    good = {"iss": KEY, "sub": IDENTITY, "nbf": now - 10, "exp": now + LIFETIME_S, "video": VIDEO}
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(
    body: object = None,
    *,
    header: object = HEADER,
    secret: str = SECRET,
    hash_: Callable[..., Any] = hashlib.sha256,
) -> str:
    """A token with a true signature; ``header`` and ``body`` may be bytes, which are then taken as they are."""
    body = claims() if body is None else body
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, body)]
    signing_input = ".".join(encoded(part) for part in parts)
    return f"{signing_input}.{encoded(hmac.new(secret.encode(), signing_input.encode(), hash_).digest())}"


def with_video(**changes: Any) -> str:
    """A good token but for its rights."""
    return signed(claims(video={name: value for name, value in {**VIDEO, **changes}.items() if value is not None}))


def unsigned(header: object) -> str:
    """Without a signature."""
    return signed(header=header).rpartition(".")[0] + "."


def misfit_tokens() -> dict[str, str]:
    """All of them, by what is wrong."""
    return {**_forged(), **_malformed(), **_out_of_time(), **_wrong_claims(), **_useless()}


def _forged() -> dict[str, str]:
    good, other = signed(), signed(claims(sub="admin"))
    head, body, signature = good.split(".")
    return {
        "wrong secret": signed(secret="guess"),
        "empty secret": signed(secret=""),
        "public secret of another key": signed(claims(iss="other")),
        "unknown issuer": signed(claims(iss="nobody")),
        "issuer in another case": signed(claims(iss=KEY.upper())),
        "algorithm none": unsigned({"alg": "none"}),
        "algorithm None": unsigned({"alg": "None"}),
        "algorithm none with a true signature": signed(header={"alg": "none"}),
        "no algorithm": signed(header={"typ": "JWT"}),
        "algorithm of a wrong type": signed(header={"alg": ["HS256"]}),
        "two algorithms": signed(header=b'{"alg":"HS256","alg":"none"}'),
        "HS512": signed(header={"alg": "HS512"}, hash_=hashlib.sha512),
        "HS384 in name": signed(header={"alg": "HS384"}),
        "RS256": _rs256(),
        "RS256 in name, signed with the secret": signed(header={"alg": "RS256"}),
        "critical header that nobody knows": signed(header={**HEADER, "crit": ["exp2"], "exp2": 1}),
        "body of another token": f"{head}.{other.split('.')[1]}.{signature}",
        "signature of another token": f"{head}.{body}.{other.split('.')[2]}",
        "signature cut short": good[:-8],
        "signature with a flipped bit": f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}",
        "empty signature": f"{head}.{body}.",
        "signature twice as long": good + signature,
    }


def _rs256() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signing_input = signed(header={"alg": "RS256"}).rpartition(".")[0]
    return f"{signing_input}.{encoded(key.sign(signing_input.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _malformed() -> dict[str, str]:
    good = signed()
    head, body, signature = good.split(".")
    return {
        "no token": "",
        "one word": "token",
        "dots only": "..",
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "not base64": f"{head}.{body}.%%%",
        "padded": f"{head}.{body}.{signature}=",
        "padded much": good + "=" * 64,
        "newline within": f"{head}.{body}\n.{signature}",
        "newline at the end": good + "\n",
        "null byte within": f"{head}.{body}\0.{signature}",
        "junk that base64 readers skip": f"{head}.{body}.{signature[:5]}!{signature[5:]}",
        "letters that are not ASCII": f"{head}.{body}.ü{signature}",
        "digits of another script": f"{head}.{body}.\N{FULLWIDTH DIGIT ONE}{signature}",
        "quoted": f'"{good}"',
        "two in one": f"{good},{good}",
        "header no JSON": signed(header=b"{alg:HS256}"),
        "header no object": signed(header=["HS256"]),
        "body no JSON": signed(b"{"),
        "body no object": signed([claims()]),
        "body no UTF-8": signed(b'{"iss":"\xff\xfe"}'),
        "body null": signed(b"null"),
        "body nested deeply": signed(b'{"iss":"devkey","x":' + b"[" * 4000 + b"]" * 4000 + b"}"),
        "header nested deeply": signed(header=b'{"alg":"HS256","x":' + b"[" * 4000 + b"]" * 4000 + b"}"),
        "encrypted in name": f"{head}..{body}.{signature}.{signature}",
        "too large": signed(claims(metadata="m" * 20_000)),
        "large and nothing else": "a" * 30_000,
    }


def _out_of_time() -> dict[str, str]:
    now = int(time.time())
    return {
        "expired": signed(claims(exp=now - 120)),
        "expired long ago": signed(claims(exp=1)),
        "not valid yet": signed(claims(nbf=now + 6 * 3600)),
        "without an end": signed(claims(exp=None)),
        "end null": signed(json.dumps(claims()).replace(f'"exp": {claims()["exp"]}', '"exp": null').encode()),
        "end not a number": signed(claims(exp=float("nan"))),
        "end infinite": signed(claims(exp=float("inf"))),
        "end beyond every float": signed(claims(exp=10**400)),
        "end negative": signed(claims(exp=-1)),
        "end in a string": signed(claims(exp=str(now + LIFETIME_S))),
        "end true": signed(claims(exp=True)),
        "beginning in a string": signed(claims(nbf="now")),
        "two ends, the last one past": signed(
            json.dumps(claims()).removesuffix("}").encode() + b', "exp": ' + str(now - 120).encode() + b"}"
        ),
    }


def _wrong_claims() -> dict[str, str]:
    return {
        "issuer missing": signed(claims(iss=None)),
        "issuer a number": signed(claims(iss=7)),
        "issuer a list": signed(claims(iss=[KEY])),
        "identity missing": signed(claims(sub=None)),
        "identity empty": signed(claims(sub="")),
        "identity a number": signed(claims(sub=7)),
        "identity too long": signed(claims(sub="m" * 257)),
        "name too long": signed(claims(name="m" * 257)),
        "name an object": signed(claims(name={})),
        "metadata a list": signed(claims(metadata=[])),
        "attributes a list": signed(claims(attributes=["a"])),
        "attributes of numbers": signed(claims(attributes={"a": 1})),
        "rights a list": signed(claims(video=[VIDEO])),
        "rights a string": signed(claims(video="all")),
        "right to join in a string": with_video(roomJoin="true"),
        "right to join a number": with_video(roomJoin=1),
        "room a number": with_video(room=7),
        "room a list": with_video(room=[ROOM]),
        "room too long": with_video(room="r" * 257),
        "sources in a string": with_video(canPublishSources="camera"),
        "room configuration a list": signed(claims(roomConfig=[])),
        "participants negative": signed(claims(roomConfig={"maxParticipants": -1})),
        "timeout beyond every number": signed(claims(roomConfig={"emptyTimeout": 2**40})),
    }


def _useless() -> dict[str, str]:
    return {
        "no rights": signed(claims(video=None)),
        "no right to join": with_video(roomJoin=None),
        "right to join withheld": with_video(roomJoin=False),
        "no room": with_video(room=None),
        "room empty": with_video(room=""),
        "only for the server's API": signed(claims(video={"roomCreate": True, "roomList": True, "roomAdmin": True})),
    }
