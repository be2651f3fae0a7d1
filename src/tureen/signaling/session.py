"""The link of one device to the native door. It outlives a dropped connection by the grace.

CONNECTED ──connection lost──▶ DROPPED ──grace over──▶ CLOSED
    ▲                             │
    └────────── hello ◀───────────┘        goodbye, revocation: CLOSED at once
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

from tureen.model.actor import Actor
from tureen.protocol.commands import Position
from tureen.protocol.events import ConversationEvent, Gap
from tureen.signaling.guests import conversation_of, is_guest
from tureen.signaling.outbox import Outbox
from tureen.signaling.parcel import Parcel
from tureen.signaling.wire import Wire


class SessionState(enum.Enum):
    """Where a session is in its life."""

    CONNECTED = "connected"
    DROPPED = "dropped"
    """Its connection is gone; others notice nothing until the grace is over."""
    CLOSED = "closed"


class Session:
    """Passes parcels on to the wire: at once where it is ready, by way of an `Outbox` where it is slow.

    While a device catches up, events are held back: they come after what it missed, and none of them twice.
    """

    __slots__ = (
        "_fast",
        "_held",
        "_known",
        "_limit_bytes",
        "_on_overflow",
        "_shown",
        "_slow",
        "actor",
        "is_silent",
        "state",
        "wire",
    )

    def __init__(self, actor: Actor, limit_bytes: int, on_overflow: Callable[[Session], None]) -> None:
        """``on_overflow``: called when the peer reads too slowly for what it must get."""
        self.actor = actor
        self.state = SessionState.DROPPED
        self.wire: Wire | None = None
        self.is_silent = False
        """It was said goodbye to, and its wire is about to close."""
        self._limit_bytes = limit_bytes
        self._shown: set[str] | None = set() if is_guest(actor.grant) else None
        """Of a guest: the conversations that it may hear of."""
        self._on_overflow = on_overflow
        self._fast: Callable[[bytes], None] | None = None
        """The wire's own method, while nothing stands between: it is called once per delivery."""
        self._slow: Outbox | None = None
        self._held: Outbox | None = None
        self._known: dict[tuple[str, str], int] | None = None
        """While catching up: positions by conversation and epoch."""

    @property
    def is_reachable(self) -> bool:
        """Whether events reach the device now."""
        return self.wire is not None and not self.is_silent

    @property
    def is_paused(self) -> bool:
        """Whether the wire is slow at the moment."""
        return self._slow is not None

    def attach(self, wire: Wire, positions: Iterable[Position]) -> None:
        """The device is there, over this wire, and catches up from these positions; `release` ends that."""
        self.wire = wire
        self.is_silent = False
        self.state = SessionState.CONNECTED
        self._fast, self._slow = None, None
        self._held = Outbox(self._limit_bytes)
        self._known = {(each.conversation, each.epoch): each.seq for each in positions}

    def detach(self, state: SessionState) -> None:
        """The wire is to be used no more; what waits is dropped: the device comes back with its positions."""
        self.state = state
        self.wire = None
        self._fast, self._slow, self._held, self._known = None, None, None, None

    def silence(self) -> None:
        """Nothing more is written, and what waits is dropped; the wire is told to close, and tells when it has."""
        self._fast, self._slow, self._held, self._known = None, None, None, None
        self.is_silent = True

    def post(self, parcel: Parcel) -> None:
        """An event. Nothing happens while the device is not there."""
        fast = self._fast
        if fast is not None:
            fast(parcel.frame)
            return
        if self._shown is not None and not self._is_shown(parcel):
            return
        if self._held is None:
            self.answer(parcel)
        elif not self._held.put(parcel):
            self._on_overflow(self)

    def show(self, conversation: str) -> None:
        """A guest may hear of it from now on."""
        if self._shown is not None:
            self._shown.add(conversation)

    def answer(self, parcel: Parcel) -> None:
        """A reply, or a part of what was missed: it is not held back."""
        if self._slow is not None:
            if not self._slow.put(parcel.to_wait()):
                self._on_overflow(self)
        elif self.wire is not None and not self.is_silent:
            self.wire.write(parcel.frame)

    def answer_missed(self, parcel: Parcel) -> None:
        """The next one of the events that were missed."""
        event = parcel.event
        if self._shown is not None and event is not None and (about := conversation_of(event)) is not None:
            self._shown.add(about)
        if self._known is not None:
            if isinstance(event, ConversationEvent):
                self._known[event.conversation, event.epoch] = event.seq
            elif isinstance(event, Gap):
                self._known[event.conversation, event.epoch] = event.head_seq
        self.answer(parcel)

    def release(self) -> None:
        """All that was missed has been answered: what was held back follows, but for what has been among it."""
        held, self._held = self._held, None
        if held is not None:
            held.drop_where(self._has_been_sent)
        self._known = None
        self._update_fast()
        while held is not None and (parcel := held.poll()) is not None:
            self.answer(parcel)

    def handle_paused(self) -> None:
        """The peer reads too slowly: what comes from now on waits here."""
        if self.is_reachable and self._slow is None:
            self._slow = Outbox(self._limit_bytes)
            self._fast = None

    def handle_resumed(self) -> None:
        """The wire takes more."""
        waiting, self._slow = self._slow, None
        while waiting is not None and self.wire is not None and (parcel := waiting.poll()) is not None:
            self.wire.write(parcel.frame)
            if self.is_paused:
                # Again, in the middle of it: the same outbox goes on, or what comes would overtake what still waits.
                self._slow = waiting
                return
        self._update_fast()

    def _update_fast(self) -> None:
        if (
            self.wire is not None
            and not self.is_silent
            and self._slow is None
            and self._held is None
            and self._shown is None
        ):
            self._fast = self.wire.write

    def _is_shown(self, parcel: Parcel) -> bool:
        return parcel.event is not None and conversation_of(parcel.event) in (self._shown or ())

    def _has_been_sent(self, parcel: Parcel) -> bool:
        event = parcel.event
        if not isinstance(event, ConversationEvent) or self._known is None:
            return False
        return event.seq <= self._known.get((event.conversation, event.epoch), 0)
