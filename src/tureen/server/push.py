"""Puts together what reaches closed devices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from msgspec import Struct

from tureen.config.settings import PushSettings
from tureen.model.ids import DeviceId, UserId
from tureen.ports import Clock, Entropy
from tureen.push.channel import PushChannel
from tureen.push.registration import WEB_PUSH
from tureen.push.service import PushParts, PushService
from tureen.server.errors import ServeError
from tureen.storage.database import Database
from tureen.storage.push import SqlPushStore
from tureen.storage.secrets import SecretStore
from tureen.webpush.channel import WebPushChannel, WebPushSettings
from tureen.webpush.pump import Pump
from tureen.webpush.vapid import Vapid, new_vapid_key


class PushNeeds(Struct, frozen=True, kw_only=True):
    """What push is made from."""

    settings: PushSettings
    database: Database
    clock: Clock
    entropy: Entropy
    connected: Callable[[UserId], Collection[DeviceId]]
    """`Mailroom.devices`."""
    channels: Mapping[str, PushChannel] = {}
    """Other push services, by the name that their registrations have."""


class OpenPush(Struct, frozen=True, kw_only=True):
    """Push, ready for use."""

    service: PushService
    public_key: str
    """``Welcome.push_key``: browsers register with it."""


@asynccontextmanager
async def open_push(needs: PushNeeds) -> AsyncIterator[OpenPush]:
    """Notices flow until the context is left. Raises `ServeError` for a key that is none."""
    settings = needs.settings
    key = settings.key or await SecretStore(needs.database).keep("web_push", new_vapid_key())
    try:
        vapid = Vapid(key, settings.contact)
    except ValueError as error:
        raise ServeError(
            "The key for web push is not a private key.", "Set push.key to 32 bytes as base64url, or leave it out."
        ) from error
    channel = WebPushChannel(vapid, needs.clock, WebPushSettings(private_addresses=settings.private_addresses))
    service = PushService(
        PushParts(
            store=SqlPushStore(needs.database),
            channels={WEB_PUSH: channel, **needs.channels},
            clock=needs.clock,
            entropy=needs.entropy,
            connected=needs.connected,
        )
    )
    pump = Pump(service)
    pump.start()
    try:
        yield OpenPush(service=service, public_key=vapid.public_key)
    finally:
        await pump.close()
        await channel.close()
