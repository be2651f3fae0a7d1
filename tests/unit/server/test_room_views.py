"""``/api/rooms`` as operators see it, and what outsiders do not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.unit.doors.fakes import FakeRevocations
from tests.unit.rooms.links import link, received, sent
from tests.unit.rooms.people import Building, Person
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.config.load import load_settings
from tureen.model.grant import Grant, RoomGrant, TrackSource
from tureen.model.ids import Identity, RoomName
from tureen.server.application import build_app
from tureen.server.health import Health, NodeState
from tureen.server.room_views import MAX_ROOMS, RoomViews
from tureen.telemetry.metrics import Metrics

KEY, SECRET = "key", Secret("secret")


class Node:
    """A building behind HTTP."""

    def __init__(self, *, dev: bool = False) -> None:
        self.building = Building()
        settings = load_settings({"dev": dev} if dev else {"keys": f"{KEY}: {SECRET.reveal()}"})
        self.revoked = FakeRevocations()
        views = RoomViews(self.building.registry, {KEY: SECRET}, self.revoked, open_to_all=dev)
        health = Health()
        health.move_to(NodeState.READY)
        self.client = TestClient(build_app(settings, views.routes, health, Metrics()), base_url="http://localhost")

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self.client.get(path, headers=headers)
        return response.status_code, response.json()


def token(secret: Secret = SECRET, **rights: Any) -> str:
    grant = Grant(identity=Identity("op"), api_key=KEY, expires_at=0.0, room=RoomGrant(**rights))
    return issue_token(grant, KEY, secret, time.time(), 60.0)


def people(node: Node, *names: str, room: str = "soup") -> list[Person]:
    return [node.building.enter(name, room=RoomName(room)) for name in names]


class TestAccess:
    @pytest.mark.parametrize(
        ("rights", "all_rooms", "soup", "salad"),
        [
            ({"list": True}, 200, 200, 200),
            ({"admin": True, "room": RoomName("soup")}, 403, 200, 403),
            ({"admin": True}, 403, 403, 403),
            ({"join": True, "room": RoomName("soup")}, 403, 403, 403),
        ],
    )
    def test_rights(self, rights: dict[str, Any], all_rooms: int, soup: int, salad: int) -> None:
        node = Node()
        people(node, "ann", room="soup")
        people(node, "ben", room="salad")
        paths = ("/api/rooms", "/api/rooms/soup", "/api/rooms/salad")
        assert [node.get(path, token(**rights))[0] for path in paths] == [all_rooms, soup, salad]

    @pytest.mark.parametrize("bearer", ["", "garbage", token(Secret("other"), list=True)])
    def test_nobody_else(self, bearer: str) -> None:
        node = Node()
        people(node, "ann")
        for path in ("/api/rooms", "/api/rooms/soup", "/api/rooms/absent"):
            status, body = node.get(path, bearer)
            assert status == 401
            assert "ann" not in str(body)

    def test_nobody_whose_token_was_revoked(self) -> None:
        node = Node()
        node.revoked.users.add("op")
        bearer = token(list=True)
        assert node.get("/api/rooms", bearer) == node.get("/api/rooms", "garbage")

    def test_in_development_everyone(self) -> None:
        node = Node(dev=True)
        people(node, "ann")
        assert node.get("/api/rooms")[0] == 200
        assert node.get("/api/rooms/soup")[0] == 200


class TestContent:
    def test_rooms_the_largest_first(self) -> None:
        node = Node(dev=True)
        people(node, "ann", room="small")
        people(node, "ann", "ben", room="large")
        _, body = node.get("/api/rooms")
        assert [room["name"] for room in body["rooms"]] == ["large", "small"]
        assert (body["total_rooms"], body["total_participants"]) == (2, 3)

    def test_no_more_rooms_than_an_answer_may_hold(self) -> None:
        node = Node(dev=True)
        for number in range(MAX_ROOMS + 5):
            people(node, "ann", room=f"room{number}")
        _, body = node.get("/api/rooms")
        assert (len(body["rooms"]), body["total_rooms"]) == (MAX_ROOMS, MAX_ROOMS + 5)

    def test_a_room_that_is_not_there(self) -> None:
        status, body = Node(dev=True).get("/api/rooms/absent")
        assert (status, body["error"]["code"]) == (404, "no_such_room")

    def test_a_name_may_hold_anything(self) -> None:
        node = Node(dev=True)
        people(node, "ann", room="a/b c")
        status, body = node.get("/api/rooms/a%2Fb%20c")
        assert (status, body["room"]["name"]) == (200, "a/b c")

    def test_people_tracks_and_what_was_measured(self) -> None:
        node = Node(dev=True)
        ann, ben = people(node, "ann", "ben")
        camera, voice = ann.publish(layers=2), ann.publish(source=TrackSource.MICROPHONE)
        room = node.building.room
        room.quality.handle_link(ann.participant, link(sent(camera, (100_000, 5), (400_000, 10))))
        room.quality.handle_link(
            ben.participant, link(received(camera, 400_000, 300), received(voice, 0, 0, paused=True))
        )
        _, body = node.get("/api/rooms/soup?received=1")
        assert body["room"]["tracks"] == 2
        assert body["room"]["qualities"] == {"excellent": 1, "good": 0, "poor": 1, "lost": 0}
        first, second = body["people"]
        assert (first["identity"], first["quality"], first["round_trip_ms"]) == ("ann", "excellent", 40)
        assert first["up"]["loss"] == 9.0
        video, audio = first["tracks"]
        assert (video["sid"], video["source"], video["subscribers"]) == (camera.sid, "camera", 1)
        assert [(it["layer"], it["bitrate"], it["loss"]) for it in video["layers"]] == [
            (0, 100_000, 5),
            (1, 400_000, 10),
        ]
        assert (audio["kind"], audio["layers"]) == ("audio", [])
        assert (second["quality"], second["receives"], second["paused"]) == ("poor", 2, 1)
        assert [(it["sid"], it["publisher"], it["paused"]) for it in second["received"]] == [
            (camera.sid, "ann", False),
            (voice.sid, "ann", True),
        ]

    def test_what_each_one_receives_is_listed_only_if_asked_for(self) -> None:
        node = Node(dev=True)
        people(node, "ann")
        assert node.get("/api/rooms/soup")[1]["people"][0]["received"] is None
        assert node.get("/api/rooms/soup?received=1")[1]["people"][0]["received"] == []

    def test_what_was_not_measured_is_null(self) -> None:
        node = Node(dev=True)
        people(node, "ann")
        (person,) = node.get("/api/rooms/soup")[1]["people"]
        assert person["quality"] is person["score"] is person["round_trip_ms"] is person["estimate"] is None
