"""What is written, edited and deleted in a room's conversation comes to LiveKit programs as chat."""

from __future__ import annotations

import pytest
from livekit.protocol import models

from tests.unit.doors.chat_packets import passed_on
from tests.unit.doors.guest import House
from tureen.doors.livekit.chat_streams import KEPT, TOPIC
from tureen.doors.livekit.chat_telling import DELETED
from tureen.model.ids import Identity, RoomName
from tureen.ports import RetoldText
from tureen.protocol.resources import Attachment, Message


@pytest.fixture
def house() -> House:
    return House()


class TestFromConversations:
    def message(self, text: str, sender: str = "dora") -> Message:
        return Message(id="MS_1", conversation="CV_1", seq=3, sender=sender, sent_at=1_700_000_000_123, text=text)

    @pytest.mark.parametrize("text", ["hello", "söup 🍲" * 1_000])
    def test_a_message_comes_as_a_stream_that_is_marked(self, house: House, text: str) -> None:
        ann, ben = house.join("ann"), house.join("ben")
        house.join("late", connect=False)
        house.door.tell(RoomName("soup"), self.message(text))
        packets = [packet for to, packet in passed_on(house) if to == (ann.transport, ben.transport)]
        assert len(packets) == len(house.media.sent)
        assert {label for _, label, _, _ in house.media.sent} == {"_reliable"}
        first, *chunks, last = packets
        head = first.stream_header
        assert (head.stream_id, head.topic, head.timestamp, head.total_length) == (
            "MS_1", TOPIC, 1_700_000_000_123, len(text.encode()),
        )  # fmt: skip
        assert head.attributes == {KEPT: "1"}
        assert [each.stream_chunk.chunk_index for each in chunks] == list(range(len(chunks)))
        assert "".join(each.stream_chunk.content.decode() for each in chunks) == text
        assert all(len(each.stream_chunk.content) < 15_000 for each in chunks)
        assert (last.stream_trailer.stream_id, last.stream_trailer.reason) == ("MS_1", "")
        assert {(each.participant_identity, each.participant_sid) for each in packets} == {("dora", "")}

    def test_its_writer_is_named_and_hears_nothing(self, house: House) -> None:
        ann, ben = house.join("ann"), house.join("ben")
        house.door.tell(RoomName("soup"), self.message("hello", "ann"))
        assert {to for to, _ in passed_on(house)} == {(ben.transport,)}
        assert {packet.participant_sid for _, packet in passed_on(house)} == {ann.sid}

    def test_nothing_is_said_without_words_or_to_nobody(self, house: House) -> None:
        house.door.tell(RoomName("empty"), self.message("hello"))
        house.join("ann")
        house.door.tell(RoomName("soup"), self.message(""))
        house.door.tell(RoomName("soup"), self.message("to myself", "ann"))
        assert house.media.sent == []

    def test_files_are_lines_of_text(self, house: House) -> None:
        house.join("ann")
        file = Attachment(id="FI_1", name="menu.pdf", media_type="application/pdf", size_bytes=9, url="/f/x?s=y")
        message = Message(
            id="MS_1", conversation="CV_1", seq=3, sender="dora", sent_at=1, text="look", attachments=[file]
        )
        house.door.tell(RoomName("soup"), message)
        packets = [packet for _, packet in passed_on(house)]
        assert packets[1].stream_chunk.content == b"look\nmenu.pdf /f/x?s=y"

    def test_an_edit_is_a_stream_with_the_same_id(self, house: House) -> None:
        house.join("ann")
        ben = house.join("ben")
        retold = RetoldText(sender=Identity("ann"), id="s1", sent_at=1, at=2, text="better")
        house.door.retell(RoomName("soup"), retold)
        assert {to for to, _ in passed_on(house)} == {(ben.transport,)}
        first, chunk, last = [packet for _, packet in passed_on(house)]
        head = first.stream_header
        assert head.text_header.operation_type == models.DataStream.OperationType.UPDATE
        assert (head.stream_id, head.topic, head.timestamp) == ("s1", TOPIC, 2)
        assert dict(head.attributes) == {KEPT: "1"}
        assert chunk.stream_chunk.content == b"better"
        assert last.stream_trailer.stream_id == "s1"
        assert {packet.participant_identity for _, packet in passed_on(house)} == {"ann"}

    def test_a_deletion_leaves_no_words_and_is_said_in_the_older_way_too(self, house: House) -> None:
        ann, ben = house.join("ann"), house.join("ben")
        retold = RetoldText(sender=Identity("ann"), id="s1", sent_at=1, at=2, text=None)
        house.door.retell(RoomName("soup"), retold)
        assert {to for to, _ in passed_on(house)} == {(ann.transport, ben.transport)}, "a moderator may have done it"
        first, last, older = [packet for _, packet in passed_on(house)]
        assert (first.stream_header.total_length, first.stream_header.attributes[DELETED]) == (0, "1")
        assert last.stream_trailer.stream_id == "s1"
        assert older.chat_message == models.ChatMessage(id="s1", timestamp=1, edit_timestamp=2, deleted=True)
