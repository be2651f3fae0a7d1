"""The newest events in memory: bounded, and never with a hole."""

from __future__ import annotations

import pytest

from tureen.messaging.hot_window import HotWindow
from tureen.messaging.limits import MessagingLimits
from tureen.model.ids import ConversationId
from tureen.protocol.events import ConversationEvent, Edited

ONE, TWO = ConversationId("CV_1"), ConversationId("CV_2")


def event(seq: int, conversation: str = ONE, epoch: str = "e", text: str = "") -> ConversationEvent:
    happening = Edited(message="MS_1", version=1, text=text)
    return ConversationEvent(conversation=conversation, epoch=epoch, seq=seq, sender="ann", at=1, event=happening)


def seqs(hot: HotWindow, after: int, conversation: ConversationId = ONE, epoch: str = "e") -> list[int] | None:
    found = hot.after(conversation, epoch, after)
    return None if found is None else [each.seq for each in found]


def test_knows_what_it_does_not_know() -> None:
    hot = HotWindow(MessagingLimits())
    assert seqs(hot, 0) is None
    for seq in (5, 6, 7):
        hot.push(event(seq))
    assert seqs(hot, 4) == [5, 6, 7]
    assert seqs(hot, 6) == [7]
    assert seqs(hot, 7) == []
    assert seqs(hot, 3) is None
    assert seqs(hot, 8) is None
    assert seqs(hot, 6, epoch="other") is None


def test_what_is_no_neighbour_begins_anew() -> None:
    hot = HotWindow(MessagingLimits())
    for seq in (1, 2, 4):
        hot.push(event(seq))
    assert seqs(hot, 1) is None
    assert seqs(hot, 3) == [4]
    hot.push(event(5, epoch="f"))
    assert hot.last_seq(ONE) == 5
    assert seqs(hot, 4) is None


def test_bounds_of_one_conversation() -> None:
    hot = HotWindow(MessagingLimits(hot_events=3))
    for seq in range(1, 10):
        hot.push(event(seq))
    assert seqs(hot, 6) == [7, 8, 9]
    assert seqs(hot, 5) is None
    small = HotWindow(MessagingLimits(hot_bytes_each=10_000))
    for seq in range(1, 10):
        small.push(event(seq, text="x" * 1_000))
    assert small.size <= 10_000
    assert seqs(small, 7) == [8, 9]


def test_bounds_of_all_together() -> None:
    hot = HotWindow(MessagingLimits(hot_bytes=10_000))
    for seq in range(1, 6):
        hot.push(event(seq, ONE))
    for seq in range(1, 30):
        hot.push(event(seq, TWO))
    assert hot.last_seq(ONE) is None
    assert hot.last_seq(TWO) == 29
    hot.forget(TWO)
    assert hot.size == 0


def read(hot: HotWindow, *numbers: int, epoch: str = "e") -> None:
    with hot.reading(ONE) as reading:
        hot.take(reading, [event(seq, epoch=epoch) for seq in numbers])


class TestReadings:
    def test_what_one_has_read_others_need_not_read(self) -> None:
        hot = HotWindow(MessagingLimits())
        read(hot, 4, 5)
        assert (seqs(hot, 3), seqs(hot, 4), seqs(hot, 2)) == ([4, 5], [5], None)
        assert hot.last_seq(ONE) is None, "none of them was published here"
        read(hot, 2, 3, 4, 5)
        assert seqs(hot, 1) == [2, 3, 4, 5]
        size = hot.size
        for less in ((5,), (1, 2), ()):
            read(hot, *less)
        read(hot, 1, 2, 3, 4, 5, epoch="f")
        assert (seqs(hot, 1), hot.size) == ([2, 3, 4, 5], size)
        hot.forget(ONE)
        assert hot.size == 0

    def test_what_is_published_goes_on_from_there(self) -> None:
        hot = HotWindow(MessagingLimits())
        read(hot, 1, 2, 3)
        # Two were read between their commit and their publication.
        for seq in (2, 3, 4):
            hot.push(event(seq))
            assert hot.last_seq(ONE) == seq
        assert seqs(hot, 0) == [1, 2, 3, 4]
        read(hot, 0, 1, 2, 3, 4)
        assert (seqs(hot, -1), hot.last_seq(ONE)) == ([0, 1, 2, 3, 4], 4)

    def test_what_was_published_meanwhile_is_never_left_out(self) -> None:
        hot = HotWindow(MessagingLimits(hot_events=1))
        with hot.reading(ONE) as reading:
            hot.push(event(3))
            hot.forget(TWO)
            hot.push(event(1, TWO))
            hot.take(reading, [event(1), event(2)])
        assert seqs(hot, 2) == [3]
        assert seqs(hot, 1) is None

    @pytest.mark.parametrize("scrub", [True, False])
    def test_what_was_taken_out_meanwhile_does_not_come_back(self, scrub: bool) -> None:
        hot = HotWindow(MessagingLimits())
        with hot.reading(ONE) as early, hot.reading(ONE) as other:
            hot.take(other, [event(2, text="secret")])
            if scrub:
                hot.scrub(ONE, "MS_1", 2, 5)
            else:
                hot.forget(ONE)
            hot.take(early, [event(1), event(2, text="secret")])
        assert seqs(hot, 0) is None
        assert "secret" not in str(hot.after(ONE, "e", 1))
        read(hot, 1, 2)
        assert seqs(hot, 0) == [1, 2]

    def test_bounds(self) -> None:
        hot = HotWindow(MessagingLimits(hot_events=3, hot_bytes=5_000))
        read(hot, *range(1, 10))
        assert seqs(hot, 6) == [7, 8, 9]
        for seq in range(1, 10):
            hot.push(event(seq, TWO, text="x" * 1_000))
        assert seqs(hot, 8) is None
