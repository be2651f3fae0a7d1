"""What an upgrade must bring, and what each refusal says."""

from __future__ import annotations

import base64
import contextlib
import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import rtc

from tests.unit.doors.guest import House, wrapped
from tureen.doors.livekit.errors import RefusalError, SignalError
from tureen.doors.livekit.join_request import MAX_JOIN_BYTES, MAX_TRACKS, read_join_request_untrusted
from tureen.rooms import RoomDefaults, RoomLimits

EMPTY = wrapped(rtc.JoinRequest())


def refusal(house: House, query: dict[str, str], authorization: str | None = None) -> RefusalError:
    with pytest.raises(RefusalError) as caught:
        house.door.check_untrusted(query, authorization)
    return caught.value


def test_the_token_may_come_in_the_query_or_as_a_bearer() -> None:
    house = House()
    token = house.token("ann")
    assert house.door.check_untrusted({"access_token": token, "join_request": EMPTY}, None).grant.identity == "ann"
    assert house.door.check_untrusted({"join_request": EMPTY}, f"Bearer {token}").grant.identity == "ann"


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer abc", "Bearer a.b.c"])
def test_without_a_good_token_one_refusal(authorization: str | None) -> None:
    refused = refusal(House(), {"join_request": EMPTY}, authorization)
    assert (refused.status, refused.text) == (401, "invalid token")


@pytest.mark.parametrize(
    ("rights", "query", "status"),
    [
        ({"join": False}, {}, 401),
        ({"room": None}, {}, 401),
        ({}, {"join_request": ""}, 400),
        ({}, {"join_request": "!!!"}, 400),
        ({}, {"join_request": wrapped(rtc.JoinRequest(metadata="m"))}, 401),
        ({}, {"join_request": wrapped(rtc.JoinRequest(participant_attributes={"a": "1"}))}, 401),
        ({"update_own_metadata": True}, {"join_request": wrapped(rtc.JoinRequest(metadata="m" * 600_000))}, 400),
    ],
)
def test_refusals(rights: dict[str, Any], query: dict[str, str], status: int) -> None:
    house = House()
    given_query = {"access_token": house.token("ann", **rights), "join_request": EMPTY, **query}
    refused = refusal(house, given_query)
    assert refused.status == status
    assert (refused.text == "invalid token") == (status == 401), "a misfit token is told nothing"


def test_the_refusal_itself_knows_why_and_does_not_quote_the_token() -> None:
    house = House()
    token = house.token("ann", join=False)
    refusals = [
        refusal(house, {"access_token": token, "join_request": EMPTY}),
        refusal(house, {"access_token": token + "x", "join_request": EMPTY}),
        refusal(house, {"join_request": EMPTY}),
    ]
    assert [str(refused) for refused in refusals] == [
        "The token does not allow to join a room.",
        "The signature does not match the key's secret.",
        "No token was sent.",
    ]


def test_metadata_of_the_join_replaces_the_tokens() -> None:
    house = House()
    request = rtc.JoinRequest(metadata="mine", participant_attributes={"a": "1"})
    guest = house.join("ann", request=request, update_own_metadata=True, connect=False)
    participant = guest.last("join").participant
    assert (participant.metadata, dict(participant.attributes), participant.name) == ("mine", {"a": "1"}, "Ann")


def test_a_missing_room_is_404_with_the_text_that_clients_look_for() -> None:
    house = House(defaults=RoomDefaults(auto_create=False))
    query = {"access_token": house.token("ann"), "join_request": EMPTY}
    assert (refusal(house, query).status, refusal(house, query).text) == (404, "requested room does not exist")


def test_a_full_server_is_503() -> None:
    house = House(limits=RoomLimits(participants=1))
    house.join("ann")
    assert refusal(house, {"access_token": house.token("ben"), "join_request": EMPTY}).status == 503


def test_checks_keep_no_state() -> None:
    house = House()
    for number in range(100):
        house.door.check_untrusted({"access_token": house.token(f"p{number}"), "join_request": EMPTY}, None)
    assert house.registry.rooms == ()
    assert house.clock.pending == 0


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("padded", [True, False])
def test_a_join_request_is_read_in_all_its_spellings(compressed: bool, padded: bool) -> None:
    request = rtc.JoinRequest(metadata="ü" * 33)
    text = wrapped(request, compressed=compressed)
    text = text + "=" * (-len(text) % 4) if padded else text
    assert read_join_request_untrusted(text) == request
    assert read_join_request_untrusted(text.replace("-", "+").replace("_", "/")) == request


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(SignalError):
        read_join_request_untrusted(text)


@given(st.binary(max_size=100), st.integers(0, 3))
def test_any_body_is_read_or_refused(body: bytes, compression: int) -> None:
    wrapper = rtc.WrappedJoinRequest(join_request=body)
    raw = wrapper.SerializeToString() + bytes([8, compression])
    with contextlib.suppress(SignalError):
        read_join_request_untrusted(base64.urlsafe_b64encode(raw).decode())


def test_a_join_announces_a_bounded_number_of_tracks() -> None:
    tracks = [rtc.AddTrackRequest(cid=str(number)) for number in range(MAX_TRACKS + 1)]
    assert len(read_join_request_untrusted(wrapped(rtc.JoinRequest(add_track_requests=tracks[1:]))).add_track_requests)
    with pytest.raises(SignalError):
        read_join_request_untrusted(wrapped(rtc.JoinRequest(add_track_requests=tracks)))


@pytest.mark.parametrize("body", [b"\0" * (MAX_JOIN_BYTES + 1), b"\0" * (64 * MAX_JOIN_BYTES)])
def test_a_bomb_is_refused_while_inflating(body: bytes) -> None:
    wrapper = rtc.WrappedJoinRequest(
        compression=rtc.WrappedJoinRequest.Compression.GZIP, join_request=gzip.compress(body)
    )
    with pytest.raises(SignalError, match="too large"):
        read_join_request_untrusted(base64.urlsafe_b64encode(wrapper.SerializeToString()).decode())


def test_a_cut_stream_is_refused() -> None:
    compressed = gzip.compress(rtc.JoinRequest(metadata="m" * 100).SerializeToString())
    wrapper = rtc.WrappedJoinRequest(compression=rtc.WrappedJoinRequest.Compression.GZIP, join_request=compressed[:-9])
    with pytest.raises(SignalError):
        read_join_request_untrusted(base64.urlsafe_b64encode(wrapper.SerializeToString()).decode())
