"""The newest events in memory: bounded, and never with a hole."""

from __future__ import annotations

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
