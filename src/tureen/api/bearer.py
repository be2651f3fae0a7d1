"""Who asks: the token of a request."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from tureen.auth.errors import REFUSAL_TEXT, TokenError, TokenReason
from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted
from tureen.model.grant import Grant
from tureen.people import Revocations
from tureen.ports import Clock
from tureen.protocol.errors import CommandError, ErrorCode, forbidden


class Bearers:
    """Checks ``Authorization: Bearer`` (RFC 6750 section 2.1) as the native door checks its tokens."""

    def __init__(self, keys: Mapping[str, Secret], revocations: Revocations, clock: Clock) -> None:
        """``keys``: by name."""
        self._keys = keys
        self._revocations = revocations
        self._clock = clock

    def grant_untrusted(self, request: Request) -> Grant:
        """Of the request's token. Raises `CommandError`, and nothing else."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise CommandError(
                ErrorCode.UNAUTHENTICATED, "No token was sent.", "Send Authorization: Bearer with a token."
            )
        try:
            grant = check_token_untrusted(token.strip(), self._keys, self._clock.now())
        except TokenError as error:
            if error.reason is TokenReason.EXPIRED:
                raise CommandError(ErrorCode.TOKEN_EXPIRED, "The token has expired.", "Send a fresh one.") from error
            raise CommandError(
                ErrorCode.UNAUTHENTICATED, f"{REFUSAL_TEXT.capitalize()}.", "Send a valid token."
            ) from error
        if self._revocations.is_revoked(grant):
            raise CommandError(ErrorCode.REVOKED, "The token was revoked.", "Send another one.")
        return grant

    def application_untrusted(self, request: Request) -> Grant:
        """The same, for what only the application may do."""
        grant = self.grant_untrusted(request)
        if not grant.people.admin:
            raise forbidden("The token does not allow this.", 'It needs people: {"admin": true}.')
        return grant
