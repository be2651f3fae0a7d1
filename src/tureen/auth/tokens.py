"""Access tokens: JSON Web Tokens (RFC 7519) signed with HMAC SHA-256 (RFC 7518 section 3.2), and nothing else."""

from __future__ import annotations

import binascii
import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping

import msgspec
from jwt import PyJWS
from jwt.algorithms import HMACAlgorithm
from jwt.exceptions import InvalidAlgorithmError, InvalidSignatureError, PyJWTError

from tureen.auth.claims import (
    Claims,
    IssuerClaim,
    RoomConfigClaims,
    VideoClaims,
    claims_from_grant,
    grant_from_claims,
)
from tureen.auth.errors import TokenError, TokenReason
from tureen.auth.secret import Secret
from tureen.model.grant import Grant

MAX_TOKEN_BYTES = 16 * 1024
"""Largest token. It bounds metadata and attributes too, far below what a participant may set later."""

MAX_NAME_CHARACTERS = 256
"""Longest identity, display name, room name and key name."""

MAX_USER_CHARACTERS = 128
"""Longest subject of a token that connects a person."""

MAX_UINT32 = 2**32 - 1
"""Largest timeout (in seconds) and count that a room configuration may state."""

MAX_TIME_S = 2**53
"""Furthest time, in Unix seconds, that every JSON reader holds exactly."""

LEEWAY_S = 60
"""How far the issuer's clock may be from ours."""

# Readers of base64 skip or complete a good deal of what is none; a token shall have one spelling.
_COMPACT_FORM = re.compile(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){2}")


class _QuietHmac(HMACAlgorithm):
    """HMAC that accepts short secrets in silence.

    How strong the secrets are is the operator's decision at start-up, not one for a warning per token; the development
    secret is short on purpose.
    """

    def check_key_length(self, key: bytes) -> str | None:  # noqa: ARG002 - the base class gives the signature
        return None


def _signatures() -> PyJWS:
    jws = PyJWS(algorithms=["HS256"])
    jws.unregister_algorithm("HS256")
    jws.register_algorithm("HS256", _QuietHmac(HMACAlgorithm.SHA256))
    return jws


_JWS = _signatures()


def check_token_untrusted(text: str, keys: Mapping[str, Secret], now: float) -> Grant:
    """The grant that a token gives at ``now`` (Unix seconds).

    ``text``: the compact form, at most `MAX_TOKEN_BYTES`. Raises `TokenError`, and nothing else, for every other input.
    A token without a right to join may lack an identity, which is then empty: server APIs are used that way.
    """
    if len(text) > MAX_TOKEN_BYTES:
        raise TokenError(TokenReason.TOO_LARGE, f"The token is longer than {MAX_TOKEN_BYTES} bytes.")
    if _COMPACT_FORM.fullmatch(text) is None:
        raise TokenError(TokenReason.MALFORMED, "A token has three parts in base64url, joined by dots.")
    issuer = _issuer(text)
    secret = keys.get(issuer)
    if secret is None:
        raise TokenError(TokenReason.UNKNOWN_KEY, "The token names a key that is not configured.")
    claims = _decode_claims(_verified_payload(text, secret))
    _check_bounds(claims)
    _check_times(claims, now)
    return grant_from_claims(claims)


def issue_token(grant: Grant, key: str, secret: Secret, now: float, lifetime_s: float) -> str:
    """A token for a grant, valid from ``now`` (Unix seconds) for ``lifetime_s``.

    ``key`` and ``lifetime_s`` replace the grant's own ``api_key`` and ``expires_at``. Raises `TokenError` when
    `check_token_untrusted` would refuse the result for its size or contents, so that no dead token is handed out.
    """
    claims = claims_from_grant(grant, issuer=key, not_before=math.floor(now), expires=math.ceil(now + lifetime_s))
    _check_bounds(claims)
    text = _JWS.encode(msgspec.json.encode(claims), secret.reveal(), algorithm="HS256")
    if len(text) > MAX_TOKEN_BYTES:
        raise TokenError(TokenReason.TOO_LARGE, f"The grant does not fit into a token of {MAX_TOKEN_BYTES} bytes.")
    return text


def _issuer(text: str) -> str:
    payload = text.split(".")[1]
    try:
        raw = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return msgspec.json.decode(raw, type=IssuerClaim).iss
    except (binascii.Error, msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise TokenError(TokenReason.MALFORMED, "The token's body does not name its issuer.") from error


def _verified_payload(text: str, secret: Secret) -> bytes:
    try:
        payload: bytes = _JWS.decode_complete(text, secret.reveal(), algorithms=["HS256"])["payload"]
    except InvalidAlgorithmError as error:
        raise TokenError(TokenReason.ALGORITHM, "The token is not signed with HS256.") from error
    except InvalidSignatureError as error:
        raise TokenError(TokenReason.SIGNATURE, "The signature does not match the key's secret.") from error
    except PyJWTError as error:
        raise TokenError(TokenReason.MALFORMED, "The token is not a JSON Web Token in compact form.") from error
    return payload


def _decode_claims(payload: bytes) -> Claims:
    try:
        return msgspec.json.decode(payload, type=Claims)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise TokenError(TokenReason.CLAIMS, f"A claim has a wrong type or is missing: {error}.") from error


def _check_bounds(claims: Claims) -> None:
    video = claims.video or VideoClaims()
    identity = claims.sub or claims.jti or ""
    names = {"identity": identity, "name": claims.name, "room name": video.room, "key name": claims.iss}
    for what, value in names.items():
        if len(value or "") > MAX_NAME_CHARACTERS:
            raise TokenError(TokenReason.CLAIMS, f"The {what} is longer than {MAX_NAME_CHARACTERS} characters.")
        # Not every database takes one. A name that people are shown is stored without it.
        if what != "name" and "\0" in (value or ""):
            raise TokenError(TokenReason.CLAIMS, f"The {what} holds a NUL character.")
    if video.room_join and not identity:
        raise TokenError(TokenReason.CLAIMS, "A token that lets its bearer join a room needs an identity.")
    if claims.people is not None and claims.people.connect and not 0 < len(claims.sub or "") <= MAX_USER_CHARACTERS:
        raise TokenError(
            TokenReason.CLAIMS, f"A token that lets its bearer connect needs a subject of 1 to {MAX_USER_CHARACTERS}."
        )
    config = claims.room_config or RoomConfigClaims()
    for number in (config.empty_timeout, config.departure_timeout, config.max_participants):
        if not 0 <= (number or 0) <= MAX_UINT32:
            raise TokenError(TokenReason.CLAIMS, f"A number in roomConfig is not within 0 to {MAX_UINT32}.")


def _check_times(claims: Claims, now: float) -> None:
    # Written so that infinities, NaN and integers beyond every float fail too.
    if not all(0 <= (time or 0) <= MAX_TIME_S for time in (claims.exp, claims.nbf, claims.iat)):
        raise TokenError(TokenReason.CLAIMS, f"A time in the token is not within 0 to {MAX_TIME_S}.")
    if claims.exp <= now - LEEWAY_S:
        raise TokenError(TokenReason.EXPIRED, "The token has expired.")
    if claims.nbf is not None and claims.nbf > now + LEEWAY_S:
        raise TokenError(TokenReason.NOT_YET_VALID, "The token is not valid yet.")
