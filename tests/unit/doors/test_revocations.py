"""Tokens that are void lead nowhere, and what was begun with them ends at once."""

from __future__ import annotations

import pytest
from livekit.protocol import models, rtc

from tests.unit.doors.guest import KEY, SECRET, Guest, House, wrapped
from tureen.auth.tokens import issue_token
from tureen.doors.livekit.errors import RefusalError
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName, UserId

Action = rtc.LeaveRequest.Action
Reason = models.DisconnectReason
EMPTY = wrapped(rtc.JoinRequest())


def with_id(token_id: str, identity: str = "ann", room: str = "soup") -> Grant:
    rights = RoomGrant(join=True, room=RoomName(room))
    return Grant(identity=Identity(identity), api_key=KEY, expires_at=0.0, token_id=token_id, room=rights)


def is_out(guest: Guest) -> bool:
    left = guest.all("leave")
    return guest.closed and [(each.reason, each.action) for each in left] == [
        (Reason.PARTICIPANT_REMOVED, Action.DISCONNECT)
    ]


@pytest.mark.parametrize("by_id", [True, False])
def test_a_void_token_is_refused_as_one_that_never_was_good(by_id: bool) -> None:
    house = House()
    token = issue_token(with_id("t1"), KEY, SECRET, house.clock.now(), 600.0)
    query = {"access_token": token, "join_request": EMPTY}
    house.door.check_untrusted(query, None)
    if by_id:
        house.revoked.tokens.add("t1")
    else:
        house.revoked.users.add("ann")
    with pytest.raises(RefusalError) as caught:
        house.door.check_untrusted(query, None)
    with pytest.raises(RefusalError) as garbage:
        house.door.check_untrusted({"access_token": "garbage", "join_request": EMPTY}, None)
    refused = caught.value
    assert (refused.status, refused.text) == (garbage.value.status, garbage.value.text)
    assert "revoked" in str(refused), "the log knows"
    assert refused.grant is not None
    # Nor does it tell what else would have been wrong.
    with pytest.raises(RefusalError) as without_request:
        house.door.check_untrusted({"access_token": token}, None)
    assert without_request.value.status == 401


def test_a_persons_sessions_end_at_once_with_their_media_and_nobody_elses() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    track = ann.publish("audio", "mic")
    ben.publish("video", "cam")
    assert list(ben.bound) == [track.sid]
    house.revoked.users.add("ann")
    house.door.close_revoked([UserId("ann"), UserId("nobody")])
    assert is_out(ann)
    assert len(house.media.transports) == 1
    assert len(house.media.producers) == 1
    assert house.media.consumers == {}
    gone = ben.about("ann")[-1]
    assert (gone.state, gone.disconnect_reason) == (
        models.ParticipantInfo.State.DISCONNECTED,
        Reason.PARTICIPANT_REMOVED,
    )
    assert not ben.closed


def test_a_persons_sessions_end_in_every_room() -> None:
    house = House()
    guests = [house.join("ann", room=RoomName(room)) for room in ("soup", "salad")]
    house.revoked.users.add("ann")
    house.door.close_revoked([UserId("ann")])
    assert all(is_out(guest) for guest in guests)


def test_one_token_ends_what_it_began_and_leaves_the_persons_other_sessions() -> None:
    house = House()
    first = house.join("ann", grant=with_id("t1"))
    second = house.join("ann", grant=with_id("t2", room="salad"))
    house.revoked.tokens.add("t1")
    house.door.close_revoked(None)
    assert is_out(first)
    assert not second.closed


def test_who_was_issued_a_fresh_token_since_stays() -> None:
    house = House()
    ann = house.join("ann")
    house.door.close_revoked([UserId("ann")])
    assert not ann.closed


def test_one_whose_socket_is_gone_does_not_come_back() -> None:
    house = House(grace_s=10.0)
    ann, ben = house.join("ann"), house.join("ben")
    ann.publish("audio", "mic")
    ann.hang_up()
    house.revoked.users.add("ann")
    house.door.close_revoked([UserId("ann")])
    assert len(house.media.transports) == 1
    assert ben.about("ann")[-1].state == models.ParticipantInfo.State.DISCONNECTED
    assert house.registry.participants == 1


def test_a_refreshed_token_is_void_with_the_one_before_it() -> None:
    house = House()
    ann = house.join("ann", grant=with_id("t1"))
    house.clock.advance(300)
    fresh = ann.last("refresh_token")
    house.revoked.tokens.add("t1")
    house.door.close_revoked(None)
    assert is_out(ann)
    house.clock.advance(900)
    assert ann.last("refresh_token") == fresh, "no token is sent after the end"
    with pytest.raises(RefusalError, match="revoked"):
        house.door.check_untrusted({"access_token": fresh, "join_request": EMPTY}, None)


def test_a_token_that_becomes_void_while_its_socket_opens_lets_nobody_in() -> None:
    house = House()
    ben = house.join("ben")
    query = {"access_token": house.token("ann"), "join_request": EMPTY}
    admission = house.door.check_untrusted(query, None)
    house.revoked.users.add("ann")
    outbox = house.door.new_outbox(lambda: None, lambda: None)
    assert house.door.open(admission, outbox) is None
    frame = outbox.poll_frame()
    assert isinstance(frame, bytes)
    assert rtc.SignalResponse.FromString(frame).leave.reason == Reason.PARTICIPANT_REMOVED
    assert outbox.state == "closing"
    assert ben.about("ann") == []
