"""Chat of LiveKit programs: whole texts to everybody are kept, and marked for those who read what is kept."""

from __future__ import annotations

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import models

from tests.unit.doors.chat_packets import chunk, header, kept, passed_on, say, trailer
from tests.unit.doors.guest import Guest, House
from tureen.doors.livekit.chat_streams import KEPT, OPEN_STREAMS, TEXTS_BURST_S, TEXTS_PER_SECOND, TOPIC
from tureen.model.grant import Grant, ParticipantKind, RoomGrant
from tureen.model.ids import Identity, RoomName
from tureen.ports import TextChange
from tureen.protocol.limits import MAX_TEXT_CHARACTERS

Stream = models.DataStream
DEFLATE = Stream.CompressionType.DEFLATE_RAW


def deflated(content: bytes) -> bytes:
    compress = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compress.compress(content) + compress.flush()


def marks(house: House) -> list[bool]:
    return [
        KEPT in packet.stream_header.attributes or KEPT in packet.stream_trailer.attributes
        for _, packet in passed_on(house)
    ]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def ann(house: House) -> Guest:
    ann = house.join("ann")
    house.join("ben")
    return ann


class TestKept:
    def test_a_text_in_chunks_is_kept_once_it_is_whole(self, house: House, ann: Guest) -> None:
        text = "söup".encode()
        say(ann, header(), chunk(text[:2]), chunk(text[2:], 1))
        assert kept(house) == []
        say(ann, trailer())
        assert kept(house) == [("s1", "söup")]
        (written,) = house.chat.written
        assert (written.room, written.writer.identity, written.writer.name) == ("soup", "ann", "Ann")
        assert marks(house) == [False, False, False, True]
        assert [to for to, _ in passed_on(house)] == [passed_on(house)[0][0]] * 4

    @pytest.mark.parametrize("compression", [Stream.CompressionType.NONE, DEFLATE])
    def test_a_text_within_its_header_is_whole_at_once(self, house: House, ann: Guest, compression: Any) -> None:
        content = b"soup " * 50
        inline = deflated(content) if compression == DEFLATE else content
        say(ann, header(inline_content=inline, compression=compression, total_length=len(content)))
        assert kept(house) == [("s1", content.decode())]
        assert marks(house) == [True]

    def test_compressed_chunks(self, house: House, ann: Guest) -> None:
        content = deflated("söup ".encode() * 500)
        say(ann, header(compression=DEFLATE), chunk(content[:7]), chunk(content[7:], 1), trailer())
        assert kept(house) == [("s1", "söup " * 500)]

    def test_texts_side_by_side(self, house: House, ann: Guest) -> None:
        say(ann, header("a"), header("b"), chunk(b"A", 0, "a"), chunk(b"B", 0, "b"), trailer("b"), trailer("a"))
        assert kept(house) == [("b", "B"), ("a", "A")]

    def test_a_lone_writer_is_heard_too(self, house: House) -> None:
        say(house.join("ann"), header(), chunk(b"first"), trailer())
        assert kept(house) == [("s1", "first")]
        assert house.media.sent == []

    def test_under_the_name_that_others_see(self, house: House) -> None:
        ann = house.join("ann", update_own_metadata=True)
        ann.send(update_metadata={"name": "Dr. Ann"})
        say(ann, header(inline_content=b"hello"))
        assert house.chat.written[0].writer.name == "Dr. Ann"

    def test_the_longest(self, house: House, ann: Guest) -> None:
        say(ann, header(inline_content=("ü" * MAX_TEXT_CHARACTERS).encode()))
        assert len(house.chat.written[0].text) == MAX_TEXT_CHARACTERS


class TestLeftAlone:
    @pytest.mark.parametrize(
        "packets",
        [
            [header(topic="notes", inline_content=b"x")],
            [header(to=["ben"], inline_content=b"x")],
            [header(to=["ben"]), chunk(b"x"), trailer()],
            [header(operation=Stream.OperationType.DELETE, inline_content=b"x")],
            [header(operation=Stream.OperationType.REACTION, inline_content=b"x")],
            [header(encryption_type=models.Encryption.Type.GCM), chunk(b"x"), trailer()],
            [header(compression=7, inline_content=b"x")],
            [header(text_header=None, byte_header=Stream.ByteHeader(name="x"), inline_content=b"x")],
            [header(stream="", inline_content=b"x")],
            [header(stream="a b", inline_content=b"x")],
            [header(stream="s" * 129, inline_content=b"x")],
            [header(inline_content=b" \n")],
            [header(inline_content=b"\xff")],
            [header(inline_content=b"a\0b")],
            [header(inline_content=b"x" * (MAX_TEXT_CHARACTERS + 1))],
            [header(inline_content=deflated(b"x" * 10_000_000), compression=DEFLATE)],
            [header(inline_content=deflated(b"soup " * 99)[:-3], compression=DEFLATE)],
            [header(inline_content=b"\xff\xff", compression=DEFLATE)],
            [header(total_length=10**9), chunk(b"x"), trailer()],
            [header(), chunk(b"x", 1), trailer()],
            [header(), chunk(b"x"), chunk(b"x"), trailer()],
            [header(), chunk(b"x"), trailer(reason="interrupted")],
            [header(), *(chunk(b"x" * 10_000, at) for at in range(4)), trailer()],
            [chunk(b"x"), trailer()],
            [header(), chunk(b"x")],
            [models.DataPacket(encrypted_packet=models.EncryptedPacket(encrypted_value=b"x"))],
            [models.DataPacket(user=models.UserPacket(payload=b"x", topic=TOPIC))],
        ],
    )  # fmt: skip
    def test_what_is_no_text_to_everybody(self, house: House, ann: Guest, packets: list[models.DataPacket]) -> None:
        say(ann, *packets)
        assert kept(house) == []
        assert len(passed_on(house)) == len(packets), "it is others' business all the same"
        assert not any(marks(house))
        say(ann, header("next", inline_content=b"next"))
        assert kept(house) == [("next", "next")]

    def test_what_may_be_lost_on_the_way(self, house: House, ann: Guest) -> None:
        say(ann, header(inline_content=b"x"), label="_lossy")
        assert kept(house) == []

    def test_whoever_may_send_no_data_says_nothing(self, house: House) -> None:
        house.join("ben")
        say(house.join("mute", publish_data=False), header(inline_content=b"x"))
        assert (kept(house), house.media.sent) == ([], [])

    def test_a_hidden_one_has_no_part_in_the_conversation(self, house: House) -> None:
        house.join("ben")
        say(house.join("spy", hidden=True), header(inline_content=b"x"))
        assert (kept(house), marks(house)) == ([], [False])

    def test_an_agent_that_speaks_for_somebody_else_writes_nothing_in_their_name(self, house: House) -> None:
        house.join("ann")
        rights = RoomGrant(join=True, room=RoomName("soup"))
        bot = house.join(
            "bot",
            grant=Grant(
                identity=Identity("bot"), api_key="devkey", expires_at=0, kind=ParticipantKind.AGENT, room=rights
            ),
        )
        packet = header(inline_content=b"x")
        packet.participant_identity = "ann"
        say(bot, packet)
        assert kept(house) == []
        say(bot, header("mine", inline_content=b"x"))
        assert kept(house) == [("mine", "x")]

    def test_nobody_but_the_server_says_that_it_is_kept(self, house: House, ann: Guest) -> None:
        say(ann, header(inline_content=b" ", attributes={KEPT: "1", "mine": "2"}))
        say(ann, header("long"), chunk(b"x" * 9_000, 0, "long"), trailer("long", attributes={KEPT: "1"}))
        assert not any(marks(house))
        assert passed_on(house)[0][1].stream_header.attributes == {"mine": "2"}


class TestBounds:
    def test_a_stream_that_never_ends_keeps_few_others_from_being_kept(self, house: House, ann: Guest) -> None:
        say(ann, *(header(f"s{at}") for at in range(OPEN_STREAMS + 1)))
        for at in (OPEN_STREAMS, 0):
            say(ann, chunk(b"x", 0, f"s{at}"), trailer(f"s{at}"))
        assert kept(house) == [("s0", "x")]

    def test_of_many_at_once_some_are_only_passed_on(self, house: House, ann: Guest) -> None:
        most = int(TEXTS_PER_SECOND * TEXTS_BURST_S)
        say(ann, *(header(f"s{at}", inline_content=b"x") for at in range(most + 3)))
        assert len(kept(house)) == sum(marks(house)) == most
        house.clock.advance(1.0)
        say(ann, header("later", inline_content=b"x"))
        assert kept(house)[-1] == ("later", "x")

    def test_a_repeated_packet_is_taken_once(self, house: House, ann: Guest) -> None:
        packet = header(inline_content=b"x")
        packet.sequence = 4
        say(ann, packet, packet)
        assert kept(house) == [("s1", "x")]

    @given(st.lists(st.binary(max_size=60) | st.sampled_from([b"", deflated(b"soup")]), max_size=6), st.booleans())
    def test_any_content_is_kept_or_left_alone(self, contents: list[bytes], compressed: bool) -> None:
        house = House()
        ann = house.join("ann")
        house.join("ben")
        say(ann, header(compression=DEFLATE if compressed else Stream.CompressionType.NONE))
        say(ann, *(chunk(content, at) for at, content in enumerate(contents)), trailer())
        assert len(passed_on(house)) == len(contents) + 2
        if not compressed and kept(house):
            assert house.chat.written[0].text == b"".join(contents).decode()


class TestChanges:
    def test_an_update_is_an_edit(self, house: House, ann: Guest) -> None:
        say(ann, header(operation=Stream.OperationType.UPDATE), chunk(b"better"), trailer())
        (written,) = house.chat.written
        assert (written.id, written.text, written.change) == ("s1", "better", TextChange.EDIT)
        assert marks(house) == [False, False, True]

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"message": "soup"}, ("soup", TextChange.NEW)),
            ({"message": "stew", "edit_timestamp": 2}, ("stew", TextChange.EDIT)),
            ({"deleted": True}, ("", TextChange.DELETE)),
            ({"message": " "}, None),
            ({"message": "x" * (MAX_TEXT_CHARACTERS + 1)}, None),
            ({"message": "soup", "id": ""}, None),
            ({"deleted": True, "id": "i" * 129}, None),
        ],
    )
    def test_older_packets(self, house: House, ann: Guest, fields: Any, expected: object) -> None:
        say(ann, models.DataPacket(chat_message=models.ChatMessage(**{"id": "c1", "timestamp": 1, **fields})))
        found = [(written.text, written.change) for written in house.chat.written]
        assert found == ([] if expected is None else [expected])
        assert len(passed_on(house)) == 1
