from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.attachments.fakes import actor
from tests.unit.push.fakes import FakeClock, FixedEntropy, ListStore, ScriptedChannel, registration
from tureen.model.ids import DeviceId, UserId
from tureen.ports import PushNotice
from tureen.protocol.commands import PushRegister, PushUnregister
from tureen.protocol.errors import CommandError
from tureen.push.channel import Delivery, Outcome
from tureen.push.lanes import Errand, Lanes
from tureen.push.registration import WEB_PUSH
from tureen.push.service import PushParts, PushService

ADA = UserId("ada")
LATER = Delivery(outcome=Outcome.LATER)


class Desk:
    """A service with all its surroundings."""

    def __init__(self, *devices: str) -> None:
        self.clock = FakeClock()
        self.store = ListStore(*(registration(device=device) for device in devices))
        self.channel = ScriptedChannel()
        self.connected: set[DeviceId] = set()
        self.service = PushService(
            PushParts(
                store=self.store,
                channels={WEB_PUSH: self.channel},
                clock=self.clock,
                entropy=FixedEntropy(),
                connected=lambda _user: self.connected,
            )
        )

    def notice(
        self, title: str = "Hello", *, about: str = "CV_1", lasts_s: float = 60, urgent: bool = False
    ) -> PushNotice:
        return PushNotice(
            kind="message", title=title, about=about, expires_at=self.clock.now() + lasts_s, urgent=urgent
        )

    async def settle(self) -> list[tuple[str, str]]:
        """Works until nothing is left to do now; what was sent."""
        while await self.service.work():
            pass
        return [(device, notice.title) for device, notice in self.channel.sent]


async def test_every_closed_device_is_told_once() -> None:
    desk = Desk("phone", "laptop")
    desk.service.notify([ADA, UserId("bob")], desk.notice())
    assert await desk.settle() == [("phone", "Hello"), ("laptop", "Hello")]
    assert len(desk.service.lanes) == 0


async def test_connected_devices_are_left_alone_unless_it_is_urgent() -> None:
    desk = Desk("phone", "laptop")
    desk.connected = {DeviceId("laptop")}
    desk.service.notify([ADA], desk.notice())
    assert await desk.settle() == [("phone", "Hello")]
    desk.service.notify([ADA], desk.notice("Ring", urgent=True))
    assert (await desk.settle())[1:] == [("phone", "Ring"), ("laptop", "Ring")]


async def test_what_takes_a_ring_back_goes_wherever_it_rang() -> None:
    desk = Desk("phone")
    desk.connected = {DeviceId("phone")}
    desk.service.notify([ADA], desk.notice("over", about="CA_0"))
    desk.service.notify([ADA], desk.notice("ring", about="CA_1", lasts_s=45, urgent=True))
    assert await desk.settle() == [("phone", "ring")]
    desk.clock.advance(50)
    desk.service.notify([ADA], desk.notice("over", about="CA_1"))
    assert await desk.settle() == [("phone", "ring"), ("phone", "over")]
    desk.clock.advance(100)
    desk.service.notify([ADA], desk.notice("later", about="CA_1"))
    assert len(await desk.settle()) == 2


async def test_of_what_waits_only_the_newest_about_a_thing_goes() -> None:
    desk = Desk("phone")
    desk.service.notify([ADA], desk.notice("one"))
    desk.service.notify([ADA], desk.notice("two"))
    desk.service.notify([ADA], desk.notice("other", about="CV_2"))
    assert await desk.settle() == [("phone", "two"), ("phone", "other")]


async def test_a_registration_that_is_gone_is_forgotten() -> None:
    desk = Desk("phone", "laptop")
    desk.channel.script = [Delivery(outcome=Outcome.GONE), Delivery(outcome=Outcome.REFUSED)]
    desk.service.notify([ADA], desk.notice())
    await desk.settle()
    assert [each.device for each in desk.store.registrations] == ["laptop"]
    assert len(desk.service.lanes) == 0


async def test_a_new_registration_survives_that_the_old_one_is_gone() -> None:
    desk = Desk("phone")
    desk.channel.script = [Delivery(outcome=Outcome.GONE)]

    def register_anew() -> None:
        desk.store.registrations = [registration(endpoint="https://p.test/new")]

    desk.channel.during = register_anew
    desk.service.notify([ADA], desk.notice())
    await desk.settle()
    assert [each.endpoint for each in desk.store.registrations] == ["https://p.test/new"]


async def test_it_is_tried_again_with_growing_pauses_until_the_deadline() -> None:
    desk = Desk("phone")
    desk.channel.script = [LATER] * 99
    desk.service.notify([ADA], desk.notice(lasts_s=10))
    times = []
    for _ in range(200):
        before = len(desk.channel.sent)
        await desk.settle()
        times += [desk.clock.now() - 1_800_000_000] * (len(desk.channel.sent) - before)
        desk.clock.advance(0.1)
    assert times == pytest.approx([0, 1, 3, 7], abs=0.4)
    assert len(desk.service.lanes) == 0


async def test_a_service_may_say_when_to_come_again() -> None:
    desk = Desk("phone")
    desk.channel.script = [Delivery(outcome=Outcome.LATER, retry_after_s=30)]
    desk.service.notify([ADA], desk.notice())
    await desk.settle()
    desk.clock.advance(29)
    assert len(await desk.settle()) == 1
    desk.clock.advance(2)
    assert len(await desk.settle()) == 2


async def test_a_call_that_is_over_never_rings_again() -> None:
    desk = Desk("phone")
    desk.channel.script = [LATER]
    desk.service.notify([ADA], desk.notice("ring", about="CA_1", urgent=True))
    await desk.settle()
    desk.service.notify([ADA], desk.notice("over", about="CA_1"))
    assert await desk.settle() == [("phone", "ring"), ("phone", "over")]
    desk.clock.advance(60)
    assert len(await desk.settle()) == 2


async def test_what_comes_during_an_attempt_follows_it_and_takes_its_place() -> None:
    desk = Desk("phone")
    desk.channel.script = [LATER]

    def over() -> None:
        desk.channel.during = lambda: None
        desk.service.lanes.offer(
            Errand(user=ADA, notice=desk.notice("over", about="CA_1"), registration=registration())
        )

    desk.channel.during = over
    desk.service.notify([ADA], desk.notice("ring", about="CA_1"))
    await desk.settle()
    desk.clock.advance(60)
    assert await desk.settle() == [("phone", "ring"), ("phone", "over")]


async def test_what_is_too_late_is_dropped() -> None:
    desk = Desk("phone")
    desk.service.notify([ADA], desk.notice(lasts_s=5))
    desk.clock.advance(5)
    assert await desk.settle() == []


async def test_a_failing_database_delays_and_loses_nothing() -> None:
    desk = Desk("phone")
    desk.store.failures = 1
    desk.service.notify([ADA], desk.notice())
    with pytest.raises(OSError):
        await desk.service.work()
    desk.clock.advance(2)
    assert await desk.settle() == [("phone", "Hello")]


async def test_devices_register_and_unregister() -> None:
    desk = Desk()
    handlers = desk.service.handlers()
    with pytest.raises(CommandError):
        await handlers[PushRegister](actor(), PushRegister(id="1", endpoint="ftp://x", p256dh="", auth=""))
    assert desk.store.registrations == []
    await handlers[PushRegister](actor(), PushRegister(id="2", endpoint="https://p.test/1", p256dh="k", auth="a"))
    assert [(each.user, each.device, each.endpoint) for each in desk.store.registrations] == [
        ("ada", "phone", "https://p.test/1")
    ]
    await handlers[PushUnregister](actor(), PushUnregister(id="3"))
    assert desk.store.registrations == []


async def test_too_many_at_a_time_are_dropped() -> None:
    lanes = Lanes(FakeClock(), limit=2)
    notice = Desk().notice()
    taken = [lanes.offer(Errand(user=UserId(user), notice=notice)) for user in ("a", "b", "c", "a")]
    assert taken == [True, True, False, True]


@given(st.lists(st.tuples(st.sampled_from(["offer", "take", "done", "retry", "time"]), st.integers(0, 2)), max_size=60))
def test_a_lane_never_carries_two_nor_goes_back(steps: list[tuple[str, int]]) -> None:
    clock = FakeClock()
    lanes = Lanes(clock, limit=100)
    offered: dict[str, int] = {}
    carried: dict[str, int] = {}
    held: dict[str, Errand] = {}
    for step, number in steps:
        about = str(number)
        if step == "offer":
            offered[about] = offered.get(about, 0) + 1
            notice = PushNotice(kind="k", title=str(offered[about]), about=about, expires_at=0)
            assert lanes.offer(Errand(user=ADA, notice=notice))
        elif step == "take":
            if (errand := lanes.take()) is not None:
                assert errand.notice.about not in held
                held[errand.notice.about] = errand
                assert int(errand.notice.title) >= carried.get(errand.notice.about, 0)
                carried[errand.notice.about] = int(errand.notice.title)
        elif step == "time":
            clock.advance(number)
        elif about in held:
            lanes.done(held.pop(about), again_after_s=1 if step == "retry" else None)
    for errand in held.values():
        lanes.done(errand)
    clock.advance(10)
    while (rest := lanes.take()) is not None:
        carried[rest.notice.about] = int(rest.notice.title)
        lanes.done(rest)
    assert carried == offered
    assert len(lanes) == 0
