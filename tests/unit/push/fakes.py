"""A clock with timers, a store in memory, and a channel that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tureen.model.ids import DeviceId, UserId
from tureen.ports import PushNotice
from tureen.protocol.errors import invalid
from tureen.push.channel import Delivery, Outcome
from tureen.push.registration import Registration


class FakeTimer:
    def __init__(self, due: float, callback: Callable[[], None]) -> None:
        self.due = due
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        self.callback = None


class FakeClock:
    """Moves only by `advance`."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0
        self.timers: list[FakeTimer] = []

    def now(self) -> float:
        return self.seconds

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(self.seconds + delay_s, callback)
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        self.seconds += seconds
        for timer in [each for each in self.timers if each.due <= self.seconds]:
            self.timers.remove(timer)
            if timer.callback is not None:
                timer.callback()


class FixedEntropy:
    def token(self, length: int) -> str:
        return "x" * length

    def integer(self, bits: int) -> int:
        return (1 << bits) - 1


class ListStore:
    def __init__(self, *registrations: Registration) -> None:
        self.registrations = list(registrations)
        self.failures = 0

    async def put(self, registration: Registration, limit: int) -> None:
        self.registrations.append(registration)

    async def remove(self, user: UserId, device: DeviceId, endpoint: str | None = None) -> None:
        self.registrations = [
            each
            for each in self.registrations
            if (each.user, each.device) != (user, device) or endpoint not in (None, each.endpoint)
        ]

    async def of_user(self, user: UserId) -> Sequence[Registration]:
        if self.failures:
            self.failures -= 1
            raise OSError
        return [each for each in self.registrations if each.user == user]


class ScriptedChannel:
    """Answers ``delivered``, or what stands next in ``script``."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, PushNotice]] = []
        self.script: list[Delivery] = []
        self.during: Callable[[], None] = lambda: None

    def check_untrusted(self, registration: Registration) -> None:
        if not registration.endpoint.startswith("https://"):
            raise invalid("No.")

    async def deliver(self, registration: Registration, notice: PushNotice) -> Delivery:
        self.sent.append((registration.device, notice))
        self.during()
        return self.script.pop(0) if self.script else Delivery(outcome=Outcome.DELIVERED)


def registration(user: str = "ada", device: str = "phone", endpoint: str = "", *, at: int = 0) -> Registration:
    return Registration(
        user=UserId(user), device=DeviceId(device), endpoint=endpoint or f"https://p.test/{device}", registered_at=at
    )
