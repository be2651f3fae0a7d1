"""Drops, slowness and returns in any order: a device gets every event of a conversation once and in order."""

from __future__ import annotations

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.unit.signaling.wires import FakeWire, House, posted, typing
from tureen.model.ids import UserId
from tureen.protocol.commands import Position
from tureen.signaling import CloseCode

ANN = UserId("ann")


class Device(RuleBasedStateMachine):
    """A client that keeps its position, and a log that stands for the database."""

    def __init__(self) -> None:
        super().__init__()
        self.house = House(queue_bytes=3_000, grace_s=20)
        self.head = 0
        self.received: list[int] = []
        self.wire: FakeWire | None = None
        self.read = 0
        """Frames of the wire that the client has read."""
        self.catching_up = False

    @property
    def session(self) -> object:
        return self.wire.session if self.wire is not None else None

    @rule(count=st.integers(1, 6), large=st.booleans())
    def others_write(self, count: int, large: bool) -> None:
        for _ in range(count):
            self.head += 1
            self.house.registry.send_to_users([ANN], posted(self.head, text="x" * (400 if large else 1)))

    @rule()
    def others_type(self) -> None:
        self.house.registry.send_to_users([ANN], typing())

    @rule()
    def connect(self) -> None:
        self.take_in()
        position = Position(conversation="CV_1", epoch="e", seq=len(self.received))
        self.wire, session, _ = self.house.come(positions=[position], synced=False)
        assert session.is_reachable
        self.read, self.catching_up = 0, True

    @precondition(lambda self: self.catching_up)
    @rule()
    def be_caught_up(self) -> None:
        wire = self.wire
        assert wire is not None
        assert wire.session is not None
        if wire.closed is None:
            for seq in range(len(self.received) + 1, self.head + 1):
                wire.session.answer_missed(self.house.registry.parcel(posted(seq)))
            wire.session.release()
        self.catching_up = False

    @precondition(lambda self: self.wire is not None)
    @rule(room=st.integers(1, 4))
    def read_slowly(self, room: int) -> None:
        assert self.wire is not None
        self.wire.room = room

    @precondition(lambda self: self.wire is not None and not self.catching_up)
    @rule()
    def read_on(self) -> None:
        wire = self.wire
        assert wire is not None
        wire.room = None
        if wire.session is not None and wire.closed is None:
            wire.session.handle_resumed()
        self.take_in()

    @precondition(lambda self: self.wire is not None)
    @rule(goodbye=st.booleans())
    def drop(self, goodbye: bool) -> None:
        self.take_in()
        wire, self.wire, self.catching_up = self.wire, None, False
        assert wire is not None
        assert wire.session is not None
        self.house.registry.handle_wire_lost(wire.session, wire, said_goodbye=goodbye)

    @rule(seconds=st.sampled_from([1, 19, 21]))
    def time_passes(self, seconds: int) -> None:
        self.house.clock.advance(seconds)

    def take_in(self) -> None:
        """The client reads what was written to it."""
        if self.wire is not None:
            for frame in self.wire.frames[self.read :]:
                message = msgspec.json.decode(frame)
                if message["type"] == "conversation.event":
                    self.received.append(message["seq"])
            self.read = len(self.wire.frames)

    @invariant()
    def nothing_is_missing_and_nothing_comes_twice(self) -> None:
        assert self.received == list(range(1, len(self.received) + 1))

    @invariant()
    def only_who_reads_too_slowly_is_sent_away(self) -> None:
        if self.wire is not None and self.wire.closed is not None:
            assert self.wire.closed[0] == CloseCode.RESYNC

    def teardown(self) -> None:
        """In the end it has everything."""
        for _ in range(2 + self.head):
            if len(self.received) == self.head and self.wire is not None:
                break
            self.connect()
            self.be_caught_up()
            self.take_in()
        assert self.received == list(range(1, self.head + 1))


TestDevice = Device.TestCase
TestDevice.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
