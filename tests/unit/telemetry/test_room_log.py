"""Every line about a room or a participant says which."""

from __future__ import annotations

from tests.unit.rooms.people import Building
from tests.unit.telemetry.conftest import Lines
from tureen.model.ids import TrackSid
from tureen.rooms import DepartureReason
from tureen.telemetry.room_log import RoomLog


def test_a_stay_is_told_from_the_opening_of_the_room_to_its_end(logged: Lines) -> None:
    building = Building(observe=RoomLog)
    ann = building.enter("ann")
    room = ann.room
    track = ann.publish()
    ann.room.tracks.subscribe(ann.participant, [TrackSid("TR_unknown")], wanted=True)
    building.registry.close_all()

    lines = logged()
    assert [line["event"] for line in lines] == [
        "room opened",
        "participant joined",
        "participant active",
        "track published",
        "subscription refused",
        "track unpublished",
        "participant left",
        "room closed",
    ]
    assert {(line["room"], line["room_sid"]) for line in lines} == {("soup", room.sid)}
    assert {(line["participant"], line["participant_sid"]) for line in lines[1:-1]} == {("ann", ann.participant.sid)}
    published, refused, left, closed = lines[3], lines[4], lines[6], lines[7]
    assert (published["track"], published["kind"], published["source"]) == (track.sid, "video", "camera")
    assert (refused["track"], refused["reason"]) == ("TR_unknown", "unknown_track")
    assert left["reason"] == closed["reason"] == "server_shutdown"


def test_an_empty_room_says_why_it_closed_and_says_it_once(logged: Lines) -> None:
    building = Building(observe=RoomLog)
    ann = building.enter("ann")
    room = ann.room
    room.remove(ann.participant, DepartureReason.CLIENT_LEFT)
    building.clock.advance(10_000)
    building.registry.close_all()
    lines = logged()
    assert [line["reason"] for line in lines if line["event"] == "participant left"] == ["client_left"]
    assert [line["reason"] for line in lines if line["event"] == "room closed"] == ["room_closed"]
