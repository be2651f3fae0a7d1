"""How a session ends, and what stays."""

from __future__ import annotations

import pytest
from livekit.protocol import models, rtc

from tests.unit.doors.guest import KEY, SECRET, Guest, House
from tureen.auth.tokens import check_token_untrusted
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName

Action = rtc.LeaveRequest.Action
Reason = models.DisconnectReason


def test_one_who_says_leave_is_gone_at_once() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    ann.send(leave={})
    assert ben.about("ann")[-1].state == models.ParticipantInfo.State.DISCONNECTED
    assert len(house.media.transports) == 1
    assert ann.closed


def test_a_closed_socket_is_no_departure_while_the_transport_lives() -> None:
    house = House(grace_s=10.0)
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("audio", "mic")
    ann.hang_up()
    house.clock.advance(9.9)
    assert list(ben.bound) == [track.sid]
    house.clock.advance(0.2)
    assert ben.about("ann")[-1].state == models.ParticipantInfo.State.DISCONNECTED
    assert ben.bound == {}
    assert house.media.consumers == {}


def test_a_closed_socket_without_a_transport_is_a_departure() -> None:
    house = House()
    ann = house.join("ann", offer=False, connect=False)
    ben = house.join("ben")
    ann.hang_up()
    assert ben.about("ann")[-1].state == models.ParticipantInfo.State.DISCONNECTED


def test_the_same_identity_replaces_the_old_one_instantly() -> None:
    house = House()
    ben, old = house.join("ben"), house.join("ann")
    old.publish("audio", "mic")
    assert len(ben.bound) == 1
    new = house.join("ann")
    leave = old.last("leave")
    assert (leave.reason, leave.action) == (Reason.DUPLICATE_IDENTITY, Action.DISCONNECT)
    assert old.closed
    assert ben.bound == {}
    assert [info.sid for info in ben.about("ann")][-1] == new.sid
    # What the old socket still brings changes nothing.
    assert old.session is not None
    old.session.handle_frame(rtc.SignalRequest(leave=rtc.LeaveRequest()).SerializeToString())
    old.session.handle_socket_closed()
    old.session.handle_data_message("_reliable", b"", binary=True)
    house.clock.advance(60)
    assert new.session is not None
    assert new.session.participant.present


def test_a_full_reconnect_during_the_grace_finds_no_second_participant() -> None:
    house = House()
    house.join("ben")
    ann = house.join("ann")
    ann.hang_up()
    house.join("ann")
    house.clock.advance(60)
    (room,) = house.registry.rooms
    assert [participant.identity for participant in room.participants] == ["ben", "ann"]


@pytest.mark.parametrize(
    ("reason", "told", "action"),
    [
        ("consent_expired", Reason.CONNECTION_TIMEOUT, Action.RECONNECT),
        ("dtls_failed", Reason.CONNECTION_TIMEOUT, Action.RECONNECT),
        ("peer_closed", Reason.CLIENT_INITIATED, Action.DISCONNECT),
    ],
)
def test_a_lost_transport_ends_the_stay(reason: str, told: Reason, action: Action) -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    transport = ann.transport
    assert ann.session is not None
    del house.media.transports[transport]
    ann.session.handle_transport_closed(reason)
    assert (ann.last("leave").reason, ann.last("leave").action) == (told, action)
    assert ben.about("ann")[-1].state == models.ParticipantInfo.State.DISCONNECTED


def test_a_silent_transport_is_waited_for() -> None:
    house = House()
    ann = house.join("ann")
    assert ann.session is not None
    ann.session.handle_transport_disconnected()
    house.clock.advance(20)
    ann.session.handle_transport_reconnected()
    assert ann.session.participant.active


def test_one_who_never_offers_is_not_waited_for_for_ever() -> None:
    house = House(join_deadline_s=30.0)
    ben = house.join("ben")
    silent = house.join("silent", offer=False, connect=False)
    house.clock.advance(29.9)
    assert silent.kinds()[-1] != "leave"
    house.clock.advance(0.2)
    assert (silent.last("leave").reason, silent.last("leave").action) == (Reason.JOIN_FAILURE, Action.DISCONNECT)
    assert silent.closed
    assert ben.about("silent")[-1].state == models.ParticipantInfo.State.DISCONNECTED


def test_one_who_offers_late_is_left_to_the_packet_cores_own_deadline() -> None:
    house = House(join_deadline_s=30.0)
    late = house.join("late", offer=False, connect=False)
    house.clock.advance(29.0)
    late.negotiate()
    house.clock.advance(29.0)
    late.connect()
    house.clock.advance(60.0)
    assert late.session is not None
    assert late.session.participant.active


def test_a_transport_that_the_core_refuses_is_not_waited_for() -> None:
    house = House()
    ann = house.join("ann", connect=False)
    assert ann.session is not None
    house.media.transports.clear()
    ann.session.handle_command_failed("open_transport", "limit_exceeded", "too many")
    assert ann.last("leave").action == Action.RECONNECT


def test_a_resume_is_answered_with_the_demand_to_join_anew() -> None:
    house = House()
    request = rtc.JoinRequest(reconnect=True, participant_sid="PA_x")
    guest = Guest(house, "ann", offer=False, request=request)
    assert guest.kinds() == ["leave"]
    assert (guest.last("leave").reason, guest.last("leave").action) == (Reason.STATE_MISMATCH, Action.RECONNECT)
    assert guest.closed
    assert house.registry.rooms == ()


def test_one_who_reads_too_slowly_is_given_up() -> None:
    house = House(queue_bytes=20_000)
    slow, ben = house.join("slow"), house.join("ben", update_own_metadata=True)
    slow.read = lambda: None  # type: ignore[method-assign]
    slow.outbox._wake = lambda: None
    for number in range(20):
        ben.send(update_metadata={"metadata": f"{number}" * 1000})
    assert slow.given_up
    assert slow.outbox.poll_frame() is None
    assert ben.all("request_response")[-1].reason == rtc.RequestResponse.Reason.OK


def test_the_end_of_the_server_is_told() -> None:
    house = House()
    ann = house.join("ann")
    house.registry.close_all()
    assert ann.last("leave").reason == Reason.SERVER_SHUTDOWN
    assert house.media.transports == {}
    assert house.clock.pending == 0


def test_no_timer_outlives_its_session() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    ann.publish("audio", "mic")
    ann.send(leave={})
    ben.send(leave={})
    house.clock.advance(30)
    assert house.clock.pending == 0
    assert house.registry.rooms == ()


def test_tokens_are_refreshed() -> None:
    house = House()
    ann = house.join("ann")
    house.clock.advance(300)
    first, second = ann.all("refresh_token")
    assert first != second
    # Ten minutes at least, whatever the leeway.
    grant = check_token_untrusted(second, {KEY: SECRET}, house.clock.now() + 600)
    assert (grant.identity, grant.expires_at >= house.clock.now() + 600) == ("ann", True)


def test_a_changed_grant_brings_a_token_and_takes_tracks_away() -> None:
    house = House()
    ann = house.join("ann")
    track = ann.publish("audio", "mic")
    (room,) = house.registry.rooms
    (participant,) = room.participants
    rights = RoomGrant(join=True, room=RoomName("soup"), publish=False)
    room.change_grant(participant, Grant(identity=Identity("ann"), api_key="devkey", expires_at=0, room=rights))
    assert len(ann.all("refresh_token")) == 2
    assert ann.last("track_unpublished").track_sid == track.sid
    assert not ann.about("ann")[-1].permission.can_publish
    assert house.media.producers == {}
