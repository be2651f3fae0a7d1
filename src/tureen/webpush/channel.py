"""Sends to push services over HTTPS (RFC 8030 section 5). Implements `push.channel.PushChannel`."""

from __future__ import annotations

import ipaddress

import aiohttp
from msgspec import Struct
from yarl import URL

from tureen.ports import Clock, PushNotice
from tureen.protocol.errors import CommandError, invalid
from tureen.push.channel import Delivery, Outcome
from tureen.push.registration import Registration
from tureen.webpush.encryption import DeviceKeys
from tureen.webpush.payload import payload, topic
from tureen.webpush.public_addresses import PrivateAddressError, PublicResolver, is_public
from tureen.webpush.vapid import Vapid

_LONGEST_TTL_S = 28 * 86_400
_LONGEST_RETRY_AFTER_S = 3600
_GONE = frozenset({404, 410})
_LATER = frozenset({408, 425, 429})


class WebPushSettings(Struct, frozen=True, kw_only=True):
    """How it speaks to push services."""

    timeout_s: float = 10
    connections: int = 32
    private_addresses: bool = False
    """Let endpoints lead anywhere, also over HTTP: for a push service of one's own network, and for tests."""


class WebPushChannel:
    """Belongs to one event loop; to be closed."""

    def __init__(self, vapid: Vapid, clock: Clock, settings: WebPushSettings) -> None:
        self._vapid = vapid
        self._clock = clock
        self._settings = settings
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=None if settings.private_addresses else PublicResolver(), limit=settings.connections
            ),
            timeout=aiohttp.ClientTimeout(total=settings.timeout_s),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def check_untrusted(self, registration: Registration) -> None:
        """See `PushChannel.check_untrusted`."""
        self._endpoint_untrusted(registration.endpoint)
        _keys_untrusted(registration)

    async def deliver(self, registration: Registration, notice: PushNotice) -> Delivery:
        """See `PushChannel.deliver`."""
        try:
            endpoint, keys = self._endpoint_untrusted(registration.endpoint), _keys_untrusted(registration)
        except CommandError as error:
            # It was good when it was registered, under other settings.
            return Delivery(outcome=Outcome.REFUSED, reason=error.message)
        try:
            async with self._session.post(
                endpoint,
                data=keys.encrypt(payload(notice)),
                headers=self._headers(endpoint, notice),
                allow_redirects=False,
            ) as response:
                return _delivery(response.status, response.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            private = isinstance(error, PrivateAddressError) or isinstance(error.__cause__, PrivateAddressError)
            return Delivery(outcome=Outcome.REFUSED if private else Outcome.LATER, reason=type(error).__name__)

    async def close(self) -> None:
        """Ends its connections."""
        await self._session.close()

    def _headers(self, endpoint: URL, notice: PushNotice) -> dict[str, str]:
        now = self._clock.now()
        return {
            "Authorization": self._vapid.authorization(str(endpoint.origin()), now),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(max(0, min(int(notice.expires_at - now), _LONGEST_TTL_S))),
            "Topic": topic(notice.about),
            "Urgency": "high" if notice.urgent else "normal",
        }

    def _endpoint_untrusted(self, text: str) -> URL:
        # Read by what the HTTP client reads it with: two parsers could see two hosts.
        try:
            endpoint = URL(text)
            host, port = endpoint.host, endpoint.port
        except ValueError as error:
            raise invalid("The endpoint is no URL.", "Send what the Push API gave.") from error
        if not host or endpoint.user is not None or endpoint.password is not None:
            raise invalid("The endpoint is no URL of a push service.", "Send what the Push API gave.")
        if self._settings.private_addresses and endpoint.scheme in ("http", "https"):
            return endpoint
        if endpoint.scheme != "https" or port != 443:
            raise invalid("The endpoint is no HTTPS URL on port 443.", "Send what the Push API gave.")
        if _is_literal(host) and not is_public(host):
            raise invalid("The endpoint is not in the internet.", "Send what the Push API gave.")
        return endpoint


def _keys_untrusted(registration: Registration) -> DeviceKeys:
    try:
        return DeviceKeys(registration.public_key, registration.auth)
    except ValueError as error:
        raise invalid("p256dh or auth is no key.", "Send what the Push API gave (getKey), as base64url.") from error


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _delivery(status: int, retry_after: str) -> Delivery:
    reason = f"HTTP {status}"
    if 200 <= status < 300:
        return Delivery(outcome=Outcome.DELIVERED)
    if status in _GONE:
        return Delivery(outcome=Outcome.GONE, reason=reason)
    if status in _LATER or status >= 500:
        # A date is allowed too (RFC 9110 section 10.2.3): then our own backoff serves as well.
        seconds = (
            int(retry_after) if retry_after.isascii() and retry_after.isdecimal() and len(retry_after) < 9 else None
        )
        return Delivery(
            outcome=Outcome.LATER,
            retry_after_s=None if seconds is None else min(seconds, _LONGEST_RETRY_AFTER_S),
            reason=reason,
        )
    return Delivery(outcome=Outcome.REFUSED, reason=reason)
