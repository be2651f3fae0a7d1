"""How a device comes in by the native door: who may, what it is told, and in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
import structlog

from tests.unit.doors.restaurant import Missed, Restaurant, say, turns
from tests.unit.signaling.wires import posted
from tureen.doors.native.services import Knowledge
from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.protocol.commands import (
    Position,
)
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Event
from tureen.protocol.resources import Person
from tureen.signaling import SessionLimits
from tureen.storage.errors import BUSY_RETRY_MS, StorageBusyError, StorageFullError


class TestHello:
    async def test_who_does_not_come_to_the_point_is_sent_away(self) -> None:
        restaurant = Restaurant(hello_s=10)
        socket, _ = restaurant.connect()
        restaurant.clock.advance(9.9)
        assert socket.frames == []
        restaurant.clock.advance(0.1)
        assert socket.kinds == ["goodbye"]
        assert socket.closed == (4004, "protocol")

    async def test_who_does_is_welcome(self) -> None:
        restaurant = Restaurant()
        socket, _ = await restaurant.enter()
        assert socket.kinds == ["welcome", "synced"]
        assert socket.said[0]["me"] == {"id": "ann"}
        assert restaurant.clock.pending == 0

    async def test_the_upgrade_may_bring_the_token(self) -> None:
        restaurant = Restaurant()
        socket, connection = restaurant.connect(restaurant.token("ann"))
        say(connection, type="hello", id="h", version=1, device="phone")
        await turns()
        assert socket.kinds == ["welcome", "synced"]

    async def test_what_was_missed_comes_before_what_happens_meanwhile(self) -> None:
        missed = Missed(posted(1), posted(2))
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed))
        socket, connection = await restaurant.enter()
        assert socket.kinds == ["welcome"]
        for seq in (2, 3):
            restaurant.registry.send_to_users([UserId("ann")], posted(seq))
        say(connection, type="ping", id="p")
        missed.gate.set()
        await turns()
        assert [each.get("seq", each["type"]) for each in socket.said] == ["welcome", "done", 1, 2, 3, "synced"]

    async def test_a_slow_client_gets_what_it_missed_at_its_pace(self) -> None:
        missed = Missed(*(posted(seq, text="x" * 1000) for seq in range(1, 101)))
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed), sessions=SessionLimits(queue_bytes=5_000))
        socket, connection = await restaurant.enter()
        missed.gate.set()
        rounds = 0
        while "synced" not in socket.kinds:
            rounds += 1
            assert rounds < 200
            socket.room = 3
            connection.handle_resumed()
            await turns()
        assert [each["seq"] for each in socket.said if "seq" in each] == list(range(1, 101))

    async def test_only_so_many_catch_up_at_a_time_and_only_so_many_wait(self) -> None:
        missed = Missed()
        missed.gate.clear()
        restaurant = Restaurant(Knowledge(catch_up=missed), catch_ups_at_once=1, catch_ups_waiting=2)
        first, _ = await restaurant.enter("ann")
        second, _ = await restaurant.enter("bob")
        third, connection = restaurant.connect()
        say(connection, type="hello", id="h", version=1, device="phone", token=restaurant.token("eve"))
        assert (third.said[0]["code"], third.closed) == ("unavailable", (4005, "unavailable"))
        assert third.said[0]["retry_after_ms"] > 0
        missed.gate.set()
        await turns()
        assert (first.kinds[-1], second.kinds[-1]) == ("synced", "synced")

    async def test_a_defect_in_it_ends_the_connection_and_not_the_session_of_others(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken:
            async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
                raise ZeroDivisionError

        restaurant = Restaurant(Knowledge(catch_up=Broken()))
        socket, _ = await restaurant.enter()
        assert socket.kinds == ["welcome", "goodbye"]
        assert socket.said[-1]["retry_after_ms"] > 0

    async def test_a_busy_database_is_said_to_be_one_and_is_no_defect(self) -> None:
        class Busy:
            async def admit(self, grant: Grant) -> Person:
                raise StorageBusyError("Too much waits.")

            async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
                raise StorageBusyError("Too much waits.")

        with structlog.testing.capture_logs() as lines:
            outside, _ = await Restaurant(Knowledge(admission=Busy())).enter()
            inside, _ = await Restaurant(Knowledge(catch_up=Busy())).enter()
        refused, goodbye = outside.said[-1], inside.said[-1]
        assert (refused["code"], refused["retryable"], refused["retry_after_ms"]) == (
            "unavailable",
            True,
            BUSY_RETRY_MS,
        )
        assert outside.closed == (4005, "unavailable")
        assert (goodbye["type"], goodbye["reason"], goodbye["retry_after_ms"]) == ("goodbye", "resync", BUSY_RETRY_MS)
        assert goodbye.get("reconnect", True)
        assert [line for line in lines if line["log_level"] in ("warning", "error", "critical")] == []

    async def test_what_comes_while_it_is_let_in_waits(self) -> None:
        gate: asyncio.Future[Person] = asyncio.get_running_loop().create_future()

        class Slow:
            async def admit(self, grant: Grant) -> Person:
                return await gate

        restaurant = Restaurant(Knowledge(admission=Slow()))
        socket, connection = await restaurant.enter()
        say(connection, type="ping", id="a")
        say(connection, type="ping", id="b")
        await turns()
        assert (socket.frames, restaurant.registry.size) == ([], 0)
        gate.set_result(Person(id="ann", name="Ann of the directory"))
        await turns()
        assert socket.said[0]["me"]["name"] == "Ann of the directory"
        assert [each.get("id") for each in socket.said] == ["h", "a", "b", None]
        assert socket.reading

    async def test_who_leaves_meanwhile_opens_nothing(self) -> None:
        gate: asyncio.Future[Person] = asyncio.get_running_loop().create_future()

        class Slow:
            async def admit(self, grant: Grant) -> Person:
                return await gate

        restaurant = Restaurant(Knowledge(admission=Slow()))
        _, connection = await restaurant.enter()
        connection.handle_lost(said_goodbye=False)
        gate.set_result(Person(id="ann"))
        await turns()
        assert restaurant.registry.size == 0

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (CommandError(ErrorCode.GONE, "Removed."), "gone"),
            (ZeroDivisionError(), "internal"),
            (StorageFullError("The disk is full."), "unavailable"),
        ],
    )
    async def test_who_is_not_admitted_is_told_why(self, error: Exception, code: str) -> None:
        class Strict:
            async def admit(self, grant: Grant) -> Person:
                raise error

        restaurant = Restaurant(Knowledge(admission=Strict()))
        socket, _ = await restaurant.enter()
        assert [(each["id"], each["code"]) for each in socket.said] == [("h", code)]
        assert socket.closed == (4005, code)

    async def test_an_idle_device_says_so_in_its_hello(self) -> None:
        restaurant = Restaurant()
        socket, _ = await restaurant.enter(idle=True)
        assert restaurant.kitchen.begun == ["h"]
        await restaurant.kitchen.finish("h")
        assert socket.kinds == ["welcome", "synced"]
