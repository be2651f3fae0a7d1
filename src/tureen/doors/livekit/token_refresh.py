"""Fresh tokens for a session, so that its client can come back after the first one has expired."""

from __future__ import annotations

from livekit.protocol import rtc

from tureen.auth.errors import TokenError
from tureen.auth.tokens import issue_token
from tureen.doors.livekit.session_context import SessionContext
from tureen.ports import Timer


class TokenRefresh:
    """Sends one at once, one per interval, and one whenever the grant changed."""

    def __init__(self, context: SessionContext) -> None:
        """``context`` of the session that it belongs to."""
        self._context = context
        self._timer: Timer | None = None

    def send(self) -> None:
        """Sends one now; the interval begins anew."""
        self.stop()
        settings, clock = self._context.services.settings, self._context.services.clock
        self._timer = clock.call_later(settings.token_interval_s, self.send)
        grant = self._context.participant.grant
        secret = settings.keys.get(grant.api_key)
        if secret is None:
            return
        try:
            token = issue_token(grant, grant.api_key, secret, clock.now(), settings.token_lifetime_s)
        except TokenError as error:
            self._context.log.warning("no token could be made", reason=str(error))
            return
        self._context.send(rtc.SignalResponse(refresh_token=token))

    def stop(self) -> None:
        """Sends none any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
