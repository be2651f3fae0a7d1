"""Chat of participants whom a moderator silenced goes nowhere; all else of theirs goes on."""

from __future__ import annotations

import pytest
from livekit.protocol import models

from tests.unit.doors.chat_packets import chunk, header, kept, passed_on, say, trailer
from tests.unit.doors.guest import Guest, House
from tureen.doors.livekit.chat_silence import OPEN_STREAMS


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def ann(house: House) -> Guest:
    ann = house.join("ann")
    house.join("ben")
    return ann


def mute(house: House, identity: str = "ann", seconds: float = 60) -> None:
    house.chat.silences[identity].until = round((house.clock.now() + seconds) * 1000)


def heard(house: House) -> list[models.DataPacket]:
    packets = [packet for _, packet in passed_on(house)]
    house.media.sent.clear()
    return packets


CHAT = {
    "a whole text": [header(inline_content=b"x")],
    "a stream": [header(), chunk(b"x"), trailer()],
    "for one alone": [header(to=["ben"], inline_content=b"x")],
    "a file": [header(text_header=None, byte_header=models.DataStream.ByteHeader(name="x"))],
    "an edit": [header(operation=models.DataStream.OperationType.UPDATE, inline_content=b"x")],
    "the message of older clients": [models.DataPacket(chat_message=models.ChatMessage(id="1", message="x"))],
    "the packet of older components": [models.DataPacket(user=models.UserPacket(payload=b"x", topic="lk-chat-topic"))],
}


@pytest.mark.parametrize("label", ["_reliable", "_lossy"])
@pytest.mark.parametrize("name", CHAT)
def test_chat_is_held_back_for_as_long_as_the_mute_lasts(house: House, ann: Guest, name: str, label: str) -> None:
    mute(house)
    say(ann, *CHAT[name], label=label)
    # Without its header, a trailer tells nobody anything.
    assert [packet.WhichOneof("value") for packet in heard(house)] in ([], ["stream_trailer"])
    assert kept(house) == []
    house.clock.advance(61)
    say(ann, *CHAT[name], label=label)
    assert len(heard(house)) == len(CHAT[name])


def test_others_and_what_is_no_chat_go_on(house: House, ann: Guest) -> None:
    mute(house)
    packets = [
        header("notes", topic="notes"),
        chunk(b"x", 0, "notes"),
        trailer("notes", attributes={"a": "1"}),
        models.DataPacket(user=models.UserPacket(payload=b"x", topic="notes")),
        models.DataPacket(rpc_request=models.RpcRequest(id="1", method="m")),
    ]
    say(ann, *packets)
    said = heard(house)
    assert [packet.WhichOneof("value") for packet in said] == [packet.WhichOneof("value") for packet in packets]
    assert said[2].stream_trailer.attributes == {"a": "1"}
    say(house.join("cy"), header("c", inline_content=b"soup"))
    assert kept(house) == [("c", "soup")]


def test_a_stream_under_way_ends_without_another_word(house: House, ann: Guest) -> None:
    say(ann, header(), chunk(b"so"), header("s1", topic="notes"))
    mute(house)
    heard(house)
    say(ann, chunk(b"up", 1), trailer(reason="soup", attributes={"soup": "1"}))
    (last,) = heard(house)
    assert (last.stream_trailer.stream_id, last.stream_trailer.reason) == ("s1", "muted")
    assert last.stream_trailer.attributes == {}
    assert kept(house) == []


def test_no_more_streams_than_can_be_stopped(house: House, ann: Guest) -> None:
    say(ann, *(header(f"s{at}") for at in range(OPEN_STREAMS + 1)))
    assert len(heard(house)) == OPEN_STREAMS
    say(ann, trailer("s0"), header("next"), header("s1"))
    assert len(heard(house)) == 3
    mute(house)
    say(ann, *(chunk(b"x", 0, f"s{at}") for at in range(1, OPEN_STREAMS)), chunk(b"x", 0, "next"))
    assert heard(house) == []


def test_whoever_leaves_is_watched_no_more(house: House, ann: Guest) -> None:
    ann.send(leave={})
    assert house.chat.silences["ann"].closed
    assert not house.chat.silences["ben"].closed
