"""Old events go, in bounded slices, each of one conversation; positions before them are answered by a gap.

Whole conversations go in the same way, once nobody is in them.
"""

from __future__ import annotations

from sqlalchemy import Integer, bindparam, delete, literal_column, select, update

from tureen.messaging import keys, rules
from tureen.messaging.records import Act, ModerationAct, Slice
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.errors import not_found
from tureen.protocol.resources import ConversationKind
from tureen.storage.messaging.audit import note
from tureen.storage.messaging.files import MessageFiles
from tureen.storage.messaging.head import locked_standing
from tureen.storage.messaging.rows import message_of
from tureen.storage.schema.messaging import BANS, CONVERSATIONS, EVENTS, MEMBERS, MENTIONS, MESSAGES, MUTES, STATES
from tureen.storage.script import Row, Script, execute, first, rows

C, E, G, M, N = CONVERSATIONS.c, EVENTS.c, MESSAGES.c, MEMBERS.c, MENTIONS.c
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

_LOCKED = select(C.id).where(C.id == bindparam("conversation")).with_for_update()
_MEMBERS = select(M.user).where(M.conversation == bindparam("conversation"))
_RENAME_KEY = update(CONVERSATIONS).where(C.id == bindparam("conversation"))
_RENAME_KEY = _RENAME_KEY.values(key=bindparam("closed"), member_count=literal_column("0"))
_CLOSE = tuple(
    delete(table).where(table.c.conversation == bindparam("conversation")) for table in (MEMBERS, BANS, MUTES, STATES)
)
_ERASE = delete(CONVERSATIONS).where(C.id == bindparam("conversation"))


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
    yield from _forget(conversation, up_to, files)
    yield from execute(_RAISE_FLOOR, conversation=conversation, up_to=up_to, oldest=kept[0]["at"] if kept else None)
    return Slice(conversation=conversation, floor_seq=up_to)


def close(act: Act) -> Script[list[UserId]]:
    """Whoever was a member is one no more, and nobody finds it again by its key."""
    found = yield from locked_standing(act)
    if found is None:
        raise not_found("conversation")
    rules.check_not_held(found.conversation)
    members = yield from rows(_MEMBERS, conversation=act.conversation)
    if found.conversation.key != keys.closed_key(act.conversation):
        yield from execute(_RENAME_KEY, conversation=act.conversation, closed=keys.closed_key(act.conversation))
        yield from note(act, ModerationAct.ERASED)
    for statement in _CLOSE:
        yield from execute(statement, conversation=act.conversation)
    return [UserId(row["user"]) for row in members]


def erase(conversation: ConversationId, max_events: int, files: MessageFiles) -> Script[Slice | None]:
    """Some of the oldest events; with the last of them the conversation itself. Files of messages are given up."""
    head = yield from first(_LOCKED, conversation=conversation)
    if head is None:
        return None
    found = yield from rows(_FIRST_EVENTS, conversation=conversation, limit=max_events)
    if found:
        up_to = found[-1]["seq"]
        yield from _forget(conversation, up_to, files)
        return Slice(conversation=conversation, floor_seq=up_to)
    for statement in _CLOSE:
        yield from execute(statement, conversation=conversation)
    yield from execute(_ERASE, conversation=conversation)
    return None


def _forget(conversation: ConversationId, up_to: int, files: MessageFiles) -> Script[None]:
    with_files = yield from rows(_WITH_FILES, conversation=conversation, up_to=up_to)
    for statement in _FORGET:
        yield from execute(statement, conversation=conversation, up_to=up_to)
    yield from files.release([attachment.id for row in with_files for attachment in message_of(row).attachments])
