"""Old events go, in bounded slices, each of one conversation; positions before them are answered by a gap."""

from __future__ import annotations

from sqlalchemy import Integer, bindparam, delete, select, update

from tureen.messaging.records import Slice
from tureen.model.ids import ConversationId
from tureen.protocol.resources import ConversationKind
from tureen.storage.messaging.files import MessageFiles
from tureen.storage.messaging.rows import message_of
from tureen.storage.schema.messaging import CONVERSATIONS, EVENTS, MENTIONS, MESSAGES
from tureen.storage.script import Row, Script, execute, first, rows

C, E, G, N = CONVERSATIONS.c, EVENTS.c, MESSAGES.c, MENTIONS.c
_LIMIT = bindparam("limit", type_=Integer)

_OLDEST = (
    select(C.id, C.floor_seq)
    .where(C.kind == bindparam("kind"), C.held == 0, C.oldest_at < bindparam("older_than"))
    .order_by(C.oldest_at)
    .limit(_LIMIT)
    .with_for_update()
)
_FIRST_EVENTS = select(E.seq, E.at).where(E.conversation == bindparam("conversation")).order_by(E.seq).limit(_LIMIT)
_WITH_FILES = select(MESSAGES).where(
    G.conversation == bindparam("conversation"), G.seq <= bindparam("up_to"), G.attachments != "[]"
)
_FORGET = (
    delete(MESSAGES).where(G.conversation == bindparam("conversation"), G.seq <= bindparam("up_to")),
    delete(MENTIONS).where(N.conversation == bindparam("conversation"), N.seq <= bindparam("up_to")),
    delete(EVENTS).where(E.conversation == bindparam("conversation"), E.seq <= bindparam("up_to")),
)
_RAISE_FLOOR = (
    update(CONVERSATIONS)
    .where(C.id == bindparam("conversation"))
    .values(floor_seq=bindparam("up_to"), oldest_at=bindparam("oldest"))
)


def purge(kind: ConversationKind, older_than: int, max_events: int, files: MessageFiles) -> Script[Slice | None]:
    """Of the conversation of this kind with the oldest event; the files of messages that go are given up."""
    head = yield from first(_OLDEST, kind=kind.value, older_than=older_than, limit=1)
    if head is None:
        return None
    conversation = ConversationId(head["id"])
    kept = list((yield from rows(_FIRST_EVENTS, conversation=conversation, limit=max_events + 1)))
    gone: list[Row] = []
    while kept and len(gone) < max_events and kept[0]["at"] < older_than:
        gone.append(kept.pop(0))
    up_to = gone[-1]["seq"] if gone else head["floor_seq"]
    with_files = yield from rows(_WITH_FILES, conversation=conversation, up_to=up_to)
    for statement in _FORGET:
        yield from execute(statement, conversation=conversation, up_to=up_to)
    yield from execute(_RAISE_FLOOR, conversation=conversation, up_to=up_to, oldest=kept[0]["at"] if kept else None)
    yield from files.release([attachment.id for row in with_files for attachment in message_of(row).attachments])
    return Slice(conversation=conversation, floor_seq=up_to)
