"""Wires that keep what is written, and a registry in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity, UserId
from tureen.protocol.codec import encode
from tureen.protocol.commands import Position
from tureen.protocol.events import ConversationEvent, Event, Posted, TypingHeard
from tureen.protocol.resources import Message
from tureen.signaling import Session, SessionLimits, SessionRegistry


class FakeWire:
    """Takes everything, or so many frames before it says that the peer is slow."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.closed: tuple[int, str] | None = None
        self.room: int | None = None
        self.session: Session | None = None

    @property
    def write(self) -> Callable[[bytes], None]:
        return self._write

    def _write(self, frame: bytes) -> None:
        assert self.closed is None, "written after it was closed"
        self.frames.append(frame)
        if self.room is not None:
            self.room -= 1
            if self.room <= 0 and self.session is not None:
                self.session.handle_paused()

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    @property
    def said(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(frame) for frame in self.frames]

    @property
    def kinds(self) -> list[str]:
        return [each["type"] for each in self.said]


def grant(user: str, **fields: Any) -> Grant:
    start = {"identity": Identity(user), "api_key": "k", "expires_at": 2e9, "people": PeopleGrant(connect=True)}
    return Grant(**{**start, **fields})


def typing(user: str = "bob") -> TypingHeard:
    return TypingHeard(conversation="CV_1", user=user)


def posted(seq: int, *, epoch: str = "e", conversation: str = "CV_1", text: str = "hi") -> ConversationEvent:
    message = Message(id=f"MS_{seq}", conversation=conversation, seq=seq, sender="bob", sent_at=1, text=text)
    return ConversationEvent(
        conversation=conversation, epoch=epoch, seq=seq, sender="bob", at=1, event=Posted(message=message)
    )


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def handle_session_opened(self, actor: Actor) -> None:
        self.heard.append(("opened", actor.device))

    def handle_session_dropped(self, actor: Actor) -> None:
        self.heard.append(("dropped", actor.device))

    def handle_session_closed(self, actor: Actor) -> None:
        self.heard.append(("closed", actor.device))


class House:
    """A registry with a listener."""

    def __init__(self, **limits: Any) -> None:
        self.clock = FakeClock()
        self.registry = SessionRegistry(self.clock, FakeEntropy(), encode, SessionLimits(**limits))
        self.listener = Listener()
        self.registry.add_listener(self.listener)

    def come(
        self,
        user: str = "ann",
        device: str = "phone",
        *,
        positions: list[Position] | None = None,
        synced: bool = True,
        **fields: Any,
    ) -> tuple[FakeWire, Session, bool]:
        wire = FakeWire()
        session, resumed = self.registry.open(UserId(user), device, grant(user, **fields), wire, positions or [])
        wire.session = session
        if synced:
            session.release()
        return wire, session, resumed

    def send(self, event: Event, *users: str, skip: Actor | None = None) -> None:
        self.registry.send_to_users([UserId(user) for user in users or ("ann",)], event, skip=skip)
