"""Who may come in: the checks of a hello, in this order, before anything is kept."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from tureen.auth.errors import REFUSAL_TEXT, TokenError, TokenReason
from tureen.auth.secret import Secret
from tureen.auth.tokens import MAX_USER_CHARACTERS, check_token_untrusted
from tureen.model.grant import Grant
from tureen.protocol.commands import Hello
from tureen.protocol.errors import CommandError, ErrorCode, forbidden
from tureen.protocol.limits import VERSION

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


def check_hello(hello: Hello, bearer: str, keys: Mapping[str, Secret], now: float) -> Grant:
    """The grant of who says hello. ``bearer``: the token of the upgrade request, or empty. Raises `CommandError`."""
    if hello.version != VERSION:
        raise CommandError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"This server speaks version {VERSION} of the protocol, not {hello.version}.",
            "Update the older one of the two.",
        )
    return check_bearer_untrusted(hello.token or bearer, keys, now)


def check_bearer_untrusted(token: str, keys: Mapping[str, Secret], now: float) -> Grant:
    """The grant of a token that may be used here. Raises `CommandError`, and nothing else."""
    try:
        grant = check_token_untrusted(token, keys, now)
    except TokenError as error:
        _log.info("token refused", reason=error.reason.value)
        if error.reason is TokenReason.EXPIRED:
            raise CommandError(
                ErrorCode.TOKEN_EXPIRED, "The token has expired.", "Ask the application for a fresh one."
            ) from error
        raise CommandError(
            ErrorCode.UNAUTHENTICATED, f"There is no valid token: {REFUSAL_TEXT}.", "Ask the application for one."
        ) from error
    if not grant.people.connect and not (grant.room.join and grant.room.room):
        raise forbidden(
            "The token allows neither to connect as a person nor to join a room.",
            "Ask the application for a token with people.connect.",
        )
    if not 0 < len(grant.identity) <= MAX_USER_CHARACTERS:
        raise forbidden(f"The token's subject is not of 1 to {MAX_USER_CHARACTERS} characters.")
    return grant
