"""Writing, reading, and what is shared within a conversation."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta, field

from tureen.protocol.commands.base import Command
from tureen.protocol.limits import (
    Id,
    Instant,
    Label,
    PageSize,
    Query,
    Reason,
    Seq,
    Text,
    json_null,
)
from tureen.protocol.resources import Custom


class MessageSend(Command, frozen=True, kw_only=True, tag="message.send"):
    """Write. `Sent` follows the commit: what is acknowledged is stored.

    ``id`` is kept with the message: sent again, even after days, it is answered with the first message's place.
    """

    conversation: Id
    text: Text = ""
    mentions: Annotated[list[Id], Meta(max_length=100)] = []
    attachments: Annotated[list[Id], Meta(max_length=20)] = []
    """Uploaded by the sender, ready, and used nowhere else."""
    reply_to: Id | None = None
    thread: Id | None = None
    custom: Custom | None = None


class MessageEdit(Command, frozen=True, kw_only=True, tag="message.edit"):
    """Another text. `Sent`. Its sender only; ``conflict`` unless ``version`` is the message's."""

    conversation: Id
    message: Id
    version: int
    text: Text = ""
    mentions: Annotated[list[Id], Meta(max_length=100)] = []
    custom: Custom | None = None


class MessageDelete(Command, frozen=True, kw_only=True, tag="message.delete"):
    """Take it away for everyone; its place stays. `Sent`. Its sender, owners and moderators."""

    conversation: Id
    message: Id


class MessageReact(Command, frozen=True, kw_only=True, tag="message.react"):
    """Add one's reaction, or take it back. `Sent`."""

    conversation: Id
    message: Id
    label: Label
    on: bool = True


class MessageReport(Command, frozen=True, kw_only=True, tag="message.report"):
    """Tell the moderators about a message. `Done`."""

    conversation: Id
    message: Id
    reason: Reason = ""


class MessageSearch(Command, frozen=True, kw_only=True, tag="message.search"):
    """Words, in one conversation or in all of one's own; newest first. `Messages`."""

    query: Query
    conversation: Id | None = None
    before: Instant | None = None
    """Only those sent earlier: the way to the next page."""
    limit: PageSize = 20


class HistoryGet(Command, frozen=True, kw_only=True, tag="history.get"):
    """A page of messages as they are now, oldest first. `Messages`. Without a direction: the newest ones."""

    conversation: Id
    before: Seq | None = None
    after: Seq | None = None
    thread: Id | None = None
    """Only what was posted under this message."""
    happenings: bool = False
    """With what happened between the messages; it counts in the limit. A thread has none."""
    limit: PageSize = 50


class EventsGet(Command, frozen=True, kw_only=True, tag="events.get"):
    """Events after a position, in order, to close a gap. `Events`; fewer than asked for means there are no more."""

    conversation: Id
    epoch: Annotated[str, Meta(max_length=32)]
    after: Seq
    limit: PageSize = 200


class MarkDelivered(Command, frozen=True, kw_only=True, tag="mark.delivered"):
    """Confirm that this device has all up to there. `Done`. Never goes back."""

    conversation: Id
    seq: Seq


class MarkRead(Command, frozen=True, kw_only=True, tag="mark.read"):
    """The person has read all up to there. `Done`. Never goes back."""

    conversation: Id
    seq: Seq


class Typing(Command, frozen=True, kw_only=True, tag="typing"):
    """One writes. `Done`. Repeat it every 3 s; the others forget it after 5 s."""

    conversation: Id


class SignalSend(Command, frozen=True, kw_only=True, tag="signal.send"):
    """Something for those who are there now. `Done`. Dropped first where a connection is slow; never stored."""

    conversation: Id
    name: Label
    data: msgspec.Raw = field(default_factory=json_null)


class StateSet(Command, frozen=True, kw_only=True, tag="state.set"):
    """The last value of a key is what counts: a sensor's reading, a slide number. `Done`. ``null`` removes the key."""

    conversation: Id
    key: Label
    data: msgspec.Raw = field(default_factory=json_null)


class StateGet(Command, frozen=True, kw_only=True, tag="state.get"):
    """All keys and values of a conversation. `States`."""

    conversation: Id


class UploadCreate(Command, frozen=True, kw_only=True, tag="upload.create"):
    """Announce a file. `Upload` says where its bytes go (resumable, over HTTP)."""

    conversation: Id
    name: Annotated[str, Meta(min_length=1, max_length=256)]
    size_bytes: Annotated[int, Meta(ge=1, le=2**40)]
