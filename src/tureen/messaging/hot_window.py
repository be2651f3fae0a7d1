"""The newest events of conversations, kept in memory: after a drop most devices ask for these."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence

from msgspec import structs

from tureen.messaging.limits import MessagingLimits
from tureen.model.ids import ConversationId
from tureen.protocol.events import CallEnded, ConversationEvent, Edited, Joined, Left, Posted
from tureen.protocol.resources import Custom, Message

_EVENT_BYTES = 500
_CALL_BYTES = 3_000


class _Ring:
    """Events without a gap between them."""

    __slots__ = ("events", "size")

    def __init__(self) -> None:
        self.events: deque[tuple[ConversationEvent, int]] = deque()
        self.size = 0

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

    @property
    def size(self) -> int:
        """Estimated bytes of all events that are kept."""
        return self._size

    def last_seq(self, conversation: ConversationId) -> int | None:
        """Of the newest event that was published here; None: that is not known."""
        ring = self._rings.get(conversation)
        return None if ring is None else ring.last_seq

    def push(self, event: ConversationEvent) -> None:
        """One more. What is not its neighbour is forgotten, so that nothing is ever left out in between."""
        conversation = ConversationId(event.conversation)
        ring = self._rings.get(conversation)
        if ring is not None and (ring.last_seq + 1 != event.seq or ring.events[-1][0].epoch != event.epoch):
            self.forget(conversation)
            ring = None
        if ring is None:
            ring = self._rings[conversation] = _Ring()
        self._rings.move_to_end(conversation)
        size = _size_of(event)
        ring.push(event, size)
        self._size += size
        while len(ring.events) > 1 and (
            len(ring.events) > self._limits.hot_events or ring.size > self._limits.hot_bytes_each
        ):
            self._size -= ring.drop_oldest()
        while self._size > self._limits.hot_bytes and len(self._rings) > 1:
            self.forget(next(iter(self._rings)))

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
        ring = self._rings.pop(conversation, None)
        if ring is not None:
            self._size -= ring.size

    def scrub(self, conversation: ConversationId, message: str, version: int, deleted_at: int) -> None:
        """Takes the content of a message out that was deleted."""
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
