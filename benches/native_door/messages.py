"""What is said in these benchmarks, and the tokens that it needs."""

from __future__ import annotations

import time

import msgspec

from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity
from tureen.protocol.commands import Hello, SignalSend
from tureen.protocol.events import ConversationEvent, Posted
from tureen.protocol.resources import Message

KEY = "bench"
SECRET = "a secret for benchmarks only, long enough"  # noqa: S105 - it opens nothing
SENDER = "user-0"


def hello(number: int) -> bytes:
    """Of one guest."""
    user = Identity(f"user-{number}")
    grant = Grant(identity=user, api_key=KEY, expires_at=0.0, people=PeopleGrant(connect=True))
    token = issue_token(grant, KEY, Secret(SECRET), time.time(), 3600.0)
    return msgspec.json.encode(Hello(id="hello", token=token, device="bench", version=1))


def broadcast_command(number: int, text_bytes: int) -> bytes:
    """A command whose text comes to all as a message."""
    message = Message(id="MS_1", conversation="CV_1", seq=1, sender=SENDER, sent_at=1, text="x" * text_bytes)
    data = msgspec.Raw(msgspec.json.encode(Posted(message=message)))
    return msgspec.json.encode(SignalSend(id=f"c{number}", conversation="CV_1", name="all", data=data))


def broadcast_content(command: str) -> str:
    """The same event as the door makes of it."""
    sent = msgspec.json.decode(command, type=SignalSend)
    posted = msgspec.json.decode(sent.data, type=Posted)
    event = ConversationEvent(conversation="CV_1", epoch="e", seq=1, sender=SENDER, at=1_800_000_000_000, event=posted)
    return msgspec.json.encode(event).decode()


def broadcast_bytes(text_bytes: int) -> int:
    """Of such a broadcast on the wire (RFC 6455 section 5.2)."""
    size = len(broadcast_content(broadcast_command(0, text_bytes).decode()))
    return size + (2 if size < 126 else 4)
