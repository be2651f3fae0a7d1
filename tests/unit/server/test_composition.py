"""How settings reach the parts of a node."""

from __future__ import annotations

import time
from typing import Any

import msgspec
import pytest
from livekit.protocol import rtc
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.server import free_port
from tests.unit.doors.fakes import FakeClock, FakeEntropy, FakeMedia
from tests.unit.doors.guest import wrapped
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.config.load import load_settings
from tureen.doors.livekit import LivekitDoor
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName
from tureen.model.media import CandidateAddress
from tureen.server import composition
from tureen.server.composition import Foundation, _advertise, _livekit_settings, _registry, compose, core_settings
from tureen.server.health import Health
from tureen.telemetry.metrics import Metrics


class TestCore:
    def test_all_shards_share_the_one_port_on_every_address(self) -> None:
        settings = load_settings({"dev": True, "port": 7000, "media.shards": 2})
        core = core_settings(settings, ["127.0.0.1", "::1"])
        assert [[(each.address, each.port) for each in shard] for shard in core.shards] == [
            [("127.0.0.1", 7000), ("::1", 7000)],
        ] * 2
        assert core.one_port

    def test_each_shard_may_have_a_port_of_its_own_on_every_address(self) -> None:
        flags = {"dev": True, "port": 7000, "media.shards": 2, "media.shard_ports": "each", "media.gso": "off"}
        settings = load_settings(flags)
        core = core_settings(settings, ["127.0.0.1", "::1"])
        assert [[(each.address, each.port) for each in shard] for shard in core.shards] == [
            [("127.0.0.1", 7000), ("::1", 7000)],
            [("127.0.0.1", 7001), ("::1", 7001)],
        ]
        assert (core.gso, core.one_port) == (False, False)

    def test_public_addresses_stand_beside_the_bound_one_of_their_family(self) -> None:
        advertise = _advertise(load_settings({"dev": True, "public_addresses": "203.0.113.7, 2001:db8::7"}))
        bound = CandidateAddress(address="10.0.0.2", port=7880)
        assert [each.address for each in advertise(bound)] == ["10.0.0.2", "203.0.113.7"]
        assert [each.address for each in advertise(CandidateAddress(address="::1", port=1))] == ["::1", "2001:db8::7"]
        assert {each.port for each in advertise(bound)} == {7880}


class TestBounds:
    def test_every_limit_and_default_of_rooms_comes_from_its_setting(self) -> None:
        flags: dict[str, Any] = {"dev": True}
        names = ("rooms", "participants", "tracks_per_participant", "metadata_bytes", "attributes_bytes")
        flags |= {f"limits.{name}": 11 + at for at, name in enumerate((*names, "name_characters"))}
        flags |= {"rooms.auto_create": False, "rooms.max_participants": 21}
        flags |= {"rooms.empty_timeout_s": 22, "rooms.departure_timeout_s": 23, "rooms.audible_speakers": 24}
        flags |= {"rooms.spread_from": 25}
        settings = load_settings(flags)
        around = _registry(settings, FakeMedia(), FakeClock(), FakeEntropy())._around
        for field in msgspec.structs.fields(around.limits):
            assert getattr(around.limits, field.name) == getattr(settings.limits, field.name)
        for field in msgspec.structs.fields(around.defaults):
            assert getattr(around.defaults, field.name) == getattr(settings.rooms, field.name)

    def test_those_of_the_door_too(self) -> None:
        flags = {
            "limits.signal_frame_bytes": 1000, "limits.signal_queue_bytes": 2000, "limits.requests_per_second": 3,
        }  # fmt: skip
        door = _livekit_settings(load_settings({"keys": "mine: s", **flags}))
        assert (door.frame_bytes, door.queue_bytes, door.requests_per_second) == (1000, 2000, 3)
        assert door.keys == {"mine": Secret("s")}


class TestNode:
    @pytest.mark.parametrize(
        ("flags", "key", "answer"),
        [
            ({}, "mine", (200, "success")),
            ({}, "other", (401, "invalid token")),
            ({"rooms.auto_create": "false"}, "mine", (404, "requested room does not exist")),
        ],
    )
    async def test_its_door_admits_by_keys_and_rooms(
        self, flags: dict[str, Any], key: str, answer: tuple[int, str]
    ) -> None:
        settings = load_settings({"keys": f"mine: {'s' * 32}", "port": free_port(), **flags})
        foundation = Foundation(settings=settings, metrics=Metrics(), health=Health(), media_addresses=("127.0.0.1",))
        room = RoomGrant(join=True, room=RoomName("soup"))
        grant = Grant(identity=Identity("ann"), api_key=key, expires_at=0.0, room=room)
        token = issue_token(grant, key, Secret("s" * 32), time.time(), 600.0)
        query = f"access_token={token}&join_request={wrapped(rtc.JoinRequest())}"
        async with compose(foundation) as services:
            got = TestClient(Starlette(routes=services.routes)).get(f"/rtc/v1/validate?{query}")
            page = foundation.metrics.render().decode()
            await services.drain()
        assert (got.status_code, got.text) == answer
        assert "tureen_rooms 0.0" in page
        assert "tureen_transports 0.0" in page
        assert "tureen_rtp_forwarded_total 0.0" in page

    @pytest.mark.parametrize("keep", [True, False])
    async def test_chat_of_programs_is_kept_if_the_settings_say_so(
        self, keep: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[Any] = []

        class Door(LivekitDoor):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                made.append(self)

        monkeypatch.setattr(composition, "LivekitDoor", Door)
        settings = load_settings({"dev": True, "port": free_port(), "rooms.keep_chat": keep})
        foundation = Foundation(settings=settings, metrics=Metrics(), health=Health(), media_addresses=("127.0.0.1",))
        async with compose(foundation):
            (door,) = made
            assert (door._services.chat is not None) == keep
