"""Registers devices, and sends notices to those that are closed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import structlog
from msgspec import Struct

from tureen.model.actor import Actor
from tureen.model.ids import DeviceId, UserId
from tureen.ports import Clock, Entropy, Handlers, PushNotice
from tureen.protocol.commands import PushRegister, PushUnregister
from tureen.protocol.replies import Done
from tureen.push.channel import Delivery, Outcome, PushChannel
from tureen.push.lanes import Errand, Lanes
from tureen.push.registration import WEB_PUSH, Registration
from tureen.push.store import PushStore

_LOG = structlog.get_logger(__name__)

DEVICES_PER_PERSON = 20
MAX_UNDER_WAY = 10_000
"""Most notices on their way at a time."""

_FOLLOWED_S = 60.0
"""How long after an urgent notice has expired others still follow it."""

_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 60.0


class PushParts(Struct, frozen=True, kw_only=True):
    """What the service is made from."""

    store: PushStore
    channels: Mapping[str, PushChannel]
    """By the name that registrations give; without `WEB_PUSH` devices cannot register by command."""
    clock: Clock
    entropy: Entropy
    connected: Callable[[UserId], Collection[DeviceId]]
    """Devices that are connected now: `Mailroom.devices`."""


class PushService:
    """Implements `ports.Push`. Somebody has to call `work` whenever `lanes` wakes them: see `webpush.pump`."""

    def __init__(self, parts: PushParts) -> None:
        self._store = parts.store
        self._channels = parts.channels
        self._clock = parts.clock
        self._entropy = parts.entropy
        self._connected = parts.connected
        self._urgent: dict[tuple[UserId, str], float] = {}
        self.lanes = Lanes(parts.clock, MAX_UNDER_WAY)

    def handlers(self) -> Handlers:
        """The commands that it answers."""
        return {PushRegister: self._register, PushUnregister: self._unregister}

    def notify(self, users: Iterable[UserId], notice: PushNotice) -> None:
        """See `Push.notify`. An urgent one goes to connected devices too: a connection may be dead unnoticed.

        What follows about the same thing goes wherever the urgent one went.
        """
        for user in users:
            if notice.urgent:
                self._remember_urgent((user, notice.about), notice.expires_at)
            self._offer(Errand(user=user, notice=notice))

    async def work(self) -> bool:
        """Carries out one errand; false if there is none. Raises what the database raises."""
        errand = self.lanes.take()
        if errand is None:
            return False
        again_after_s: float | None = self._backoff_s(errand.attempt)
        try:
            again_after_s = await self._carry_out(errand)
        finally:
            # Also when the database fails: the errand is tried again.
            if again_after_s is not None and self._clock.now() + again_after_s >= errand.notice.expires_at:
                again_after_s = None
            self.lanes.done(errand, again_after_s=again_after_s)
        return True

    async def _carry_out(self, errand: Errand) -> float | None:
        """Gives the seconds after which to try again."""
        if self._clock.now() >= errand.notice.expires_at:
            return None
        if errand.registration is None:
            await self._fan_out(errand)
            return None
        channel = self._channels.get(errand.registration.channel)
        if channel is None:
            return None
        return await self._conclude(
            errand, errand.registration, await channel.deliver(errand.registration, errand.notice)
        )

    async def _fan_out(self, errand: Errand) -> None:
        followed_until = self._urgent.get((errand.user, errand.notice.about), 0.0)
        everywhere = errand.notice.urgent or self._clock.now() < followed_until + _FOLLOWED_S
        connected = frozenset() if everywhere else frozenset(self._connected(errand.user))
        for registration in await self._store.of_user(errand.user):
            if registration.device not in connected:
                self._offer(Errand(user=errand.user, notice=errand.notice, registration=registration))

    def _remember_urgent(self, about: tuple[UserId, str], expires_at: float) -> None:
        if len(self._urgent) >= MAX_UNDER_WAY:
            now = self._clock.now()
            self._urgent = {key: until for key, until in self._urgent.items() if now < until + _FOLLOWED_S}
        if len(self._urgent) < MAX_UNDER_WAY:
            self._urgent[about] = expires_at

    def _offer(self, errand: Errand) -> None:
        if not self.lanes.offer(errand):
            _LOG.warning("push.dropped", kind=errand.notice.kind, under_way=len(self.lanes))

    async def _conclude(self, errand: Errand, registration: Registration, delivery: Delivery) -> float | None:
        match delivery.outcome:
            case Outcome.DELIVERED:
                return None
            case Outcome.GONE:
                await self._store.remove(registration.user, registration.device, registration.endpoint)
                return None
            case Outcome.REFUSED:
                _LOG.warning("push.refused", channel=registration.channel, reason=delivery.reason)
                return None
            case Outcome.LATER:
                _LOG.info("push.later", channel=registration.channel, reason=delivery.reason, attempt=errand.attempt)
                return max(self._backoff_s(errand.attempt), delivery.retry_after_s or 0.0)

    def _backoff_s(self, attempt: int) -> float:
        longest = min(_FIRST_RETRY_S * (1 << min(attempt, 16)), _LONGEST_RETRY_S)
        return longest * (0.5 + self._entropy.integer(16) / (1 << 17))

    async def _register(self, actor: Actor, command: PushRegister) -> Done:
        registration = Registration(
            user=actor.user,
            device=actor.device,
            endpoint=command.endpoint,
            public_key=command.p256dh,
            auth=command.auth,
            registered_at=int(self._clock.now() * 1000),
        )
        self._channels[WEB_PUSH].check_untrusted(registration)
        await self._store.put(registration, DEVICES_PER_PERSON)
        return Done(id=command.id)

    async def _unregister(self, actor: Actor, command: PushUnregister) -> Done:
        await self._store.remove(actor.user, actor.device)
        return Done(id=command.id)
