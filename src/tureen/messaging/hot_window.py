"""The newest events of conversations, kept in memory: after a drop most devices ask for these.

Events come in when they are published. After a restart they come in by being read, too, unless something was taken out
of the conversation since the reading began: what was read may still hold it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import structs

from tureen.messaging.limits import MessagingLimits
from tureen.model.ids import ConversationId
from tureen.protocol.events import CallEnded, ConversationEvent, Edited, Joined, Left, Posted
from tureen.protocol.resources import Custom, Message

_EVENT_BYTES = 500
_CALL_BYTES = 3_000


class Reading:
    """Of a conversation's newest events, under way."""

    __slots__ = ("conversation", "published_seq", "spoilt")

    def __init__(self, conversation: ConversationId) -> None:
        self.conversation = conversation
        self.published_seq = 0
        """Of the newest one that was published meanwhile."""
        self.spoilt = False
        """Something was taken out meanwhile."""


class _Ring:
    """Events without a gap between them."""

    __slots__ = ("events", "published_seq", "size")

    def __init__(self, published_seq: int | None = None) -> None:
        self.events: deque[tuple[ConversationEvent, int]] = deque()
        self.published_seq = published_seq
        """Of the newest one that was published here; None: all were read."""
        self.size = 0

    @property
    def epoch(self) -> str:
        return self.events[-1][0].epoch

    @property
    def first_seq(self) -> int:
        return self.events[0][0].seq

    @property
    def last_seq(self) -> int:
        return self.events[-1][0].seq

    def push(self, event: ConversationEvent, size: int) -> None:
        self.events.append((event, size))
        self.size += size

    def drop_oldest(self) -> int:
        _, size = self.events.popleft()
        self.size -= size
        return size


class HotWindow:
    """Bounded by number and by estimated bytes, for each conversation and for all of them."""

    def __init__(self, limits: MessagingLimits) -> None:
        self._limits = limits
        self._rings: OrderedDict[ConversationId, _Ring] = OrderedDict()
        self._size = 0
        self._readings: dict[ConversationId, list[Reading]] = {}

    @property
    def size(self) -> int:
        """Estimated bytes of all events that are kept."""
        return self._size

    def last_seq(self, conversation: ConversationId) -> int | None:
        """Of the newest event that was published here; None: that is not known."""
        ring = self._rings.get(conversation)
        return None if ring is None else ring.published_seq

    def push(self, event: ConversationEvent) -> None:
        """One more. What is not its neighbour is forgotten, so that nothing is ever left out in between."""
        conversation = ConversationId(event.conversation)
        for reading in self._readings.get(conversation, ()):
            reading.published_seq = event.seq
        ring = self._rings.get(conversation)
        if ring is not None and ring.epoch == event.epoch and ring.first_seq <= event.seq <= ring.last_seq:
            # It was read between its commit and now.
            ring.published_seq = event.seq
            return
        if ring is not None and (ring.last_seq + 1 != event.seq or ring.epoch != event.epoch):
            self._drop(conversation)
            ring = None
        if ring is None:
            ring = self._rings[conversation] = _Ring()
        self._rings.move_to_end(conversation)
        ring.published_seq = event.seq
        self._add(ring, [event])

    @contextmanager
    def reading(self, conversation: ConversationId) -> Iterator[Reading]:
        """Around a reading of the store, for `take`."""
        reading = Reading(conversation)
        self._readings.setdefault(conversation, []).append(reading)
        try:
            yield reading
        finally:
            readings = self._readings[conversation]
            readings.remove(reading)
            if not readings:
                del self._readings[conversation]

    def take(self, reading: Reading, events: Sequence[ConversationEvent]) -> None:
        """What was read: in order, without a gap, up to the newest one. Within the reading; left alone if it brings no
        more than is there.
        """
        if reading.spoilt or not events or events[-1].seq < reading.published_seq:
            return
        conversation, published_seq = reading.conversation, None
        ring = self._rings.get(conversation)
        if ring is not None:
            if ring.epoch != events[0].epoch or ring.first_seq <= events[0].seq or ring.last_seq > events[-1].seq:
                return
            published_seq = ring.published_seq
            self._drop(conversation)
        ring = self._rings[conversation] = _Ring(published_seq)
        self._add(ring, events)

    def _add(self, ring: _Ring, events: Sequence[ConversationEvent]) -> None:
        for event in events:
            size = _size_of(event)
            ring.push(event, size)
            self._size += size
        while len(ring.events) > 1 and (
            len(ring.events) > self._limits.hot_events or ring.size > self._limits.hot_bytes_each
        ):
            self._size -= ring.drop_oldest()
        while self._size > self._limits.hot_bytes and len(self._rings) > 1:
            self._drop(next(iter(self._rings)))

    def after(self, conversation: ConversationId, epoch: str, seq: int) -> Sequence[ConversationEvent] | None:
        """All events after a position; None: not all of them are here."""
        ring = self._rings.get(conversation)
        if ring is None:
            return None
        first = ring.events[0][0]
        if first.epoch != epoch or not first.seq - 1 <= seq <= ring.last_seq:
            return None
        return [event for event, _ in ring.events if event.seq > seq]

    def forget(self, conversation: ConversationId) -> None:
        """All of this one."""
        self._spoil(conversation)
        self._drop(conversation)

    def _spoil(self, conversation: ConversationId) -> None:
        for reading in self._readings.get(conversation, ()):
            reading.spoilt = True

    def _drop(self, conversation: ConversationId) -> None:
        ring = self._rings.pop(conversation, None)
        if ring is not None:
            self._size -= ring.size

    def scrub(self, conversation: ConversationId, message: str, version: int, deleted_at: int) -> None:
        """Takes the content of a message out that was deleted."""
        self._spoil(conversation)
        ring = self._rings.get(conversation)
        if ring is not None:
            ring.events = deque((_scrubbed(event, message, version, deleted_at), size) for event, size in ring.events)


def _scrubbed(event: ConversationEvent, message: str, version: int, deleted_at: int) -> ConversationEvent:
    happening = event.event
    if isinstance(happening, Posted) and happening.message.id == message:
        old = happening.message
        tombstone = Message(
            id=old.id,
            conversation=old.conversation,
            seq=old.seq,
            sender=old.sender,
            sent_at=old.sent_at,
            version=version,
            deleted_at=deleted_at,
        )
        return structs.replace(event, event=Posted(message=tombstone))
    if isinstance(happening, Edited) and happening.message == message:
        return structs.replace(event, event=Edited(message=message, version=happening.version))
    return event


def _size_of(event: ConversationEvent) -> int:
    happening = event.event
    if isinstance(happening, Posted):
        message = happening.message
        return _EVENT_BYTES + _content(message.text, message.mentions, message.custom) + 500 * len(message.attachments)
    if isinstance(happening, Edited):
        return _EVENT_BYTES + _content(happening.text, happening.mentions, happening.custom)
    if isinstance(happening, (Joined, Left)):
        return _EVENT_BYTES + 100 * len(happening.users)
    return _CALL_BYTES if isinstance(happening, CallEnded) else _EVENT_BYTES


def _content(text: str, mentions: Sequence[str], custom: Custom | None) -> int:
    # Four bytes for each character is the most that Python takes.
    return 4 * len(text) + 100 * len(mentions) + (0 if custom is None else len(bytes(custom.data)))
