"""The head row of a conversation: who stands where, what a command led to before, and the next place in the log."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, and_, bindparam, func, insert, select, update

from tureen.messaging.records import Act, Placed, Standing
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.events import ConversationEvent, Happening
from tureen.storage.messaging.rows import conversation_of, json_text, member_of
from tureen.storage.schema.messaging import CONVERSATIONS, EVENTS, MEMBERS, MESSAGES
from tureen.storage.script import Row, Script, Together, Value, execute, first

C, M, E, G = CONVERSATIONS.c, MEMBERS.c, EVENTS.c, MESSAGES.c

_STANDING = (
    select(CONVERSATIONS, MEMBERS)
    .select_from(
        CONVERSATIONS.outerjoin(MEMBERS, and_(M.conversation == C.id, M.user == bindparam("user")))  # one row at most
    )
    .where(C.id == bindparam("conversation"))
)
# Nobody else raises the same head until the transaction is over.
_STANDING_LOCKED = _STANDING.with_for_update(of=CONVERSATIONS)

# The same, and where the command led to before, in one look.
_PLACE_LOCKED = (
    select(
        CONVERSATIONS,
        MEMBERS,
        *(column.label(f"placed_{column.name}") for column in (E.seq, E.at, E.message, E.version)),
    )
    .select_from(
        CONVERSATIONS.outerjoin(MEMBERS, and_(M.conversation == C.id, M.user == bindparam("user"))).outerjoin(
            EVENTS, and_(E.conversation == C.id, E.sender == bindparam("user"), E.command == bindparam("command"))
        )
    )
    .where(C.id == bindparam("conversation"))
    .with_for_update(of=CONVERSATIONS)
)

_PLACED = select(E.seq, E.at, E.message, E.version).where(
    E.conversation == bindparam("conversation"), E.sender == bindparam("sender"), E.command == bindparam("command")
)

_NOW = bindparam("now", type_=BigInteger)
_RAISE = (
    update(CONVERSATIONS)
    .where(C.id == bindparam("conversation"))
    .values(head_seq=bindparam("seq"), oldest_at=func.coalesce(C.oldest_at, _NOW))
)
_RAISE_POSTED = _RAISE.values(posted_seq=bindparam("seq"), active_at=_NOW)

_INSERT_EVENT = insert(EVENTS).values({column.name: bindparam(column.name) for column in E})
_INSERT_MESSAGE = insert(MESSAGES).values(
    {column.name: bindparam(column.name) for column in G if column.name != "number"}
)
_APPEND = Together((_RAISE, _INSERT_EVENT))
_POST = Together((_RAISE_POSTED, _INSERT_EVENT, _INSERT_MESSAGE))


def standing(conversation: ConversationId, user: UserId) -> Script[Standing | None]:
    """Somebody's place."""
    return _standing_of((yield from first(_STANDING, conversation=conversation, user=user)))


def locked_standing(act: Act) -> Script[Standing | None]:
    """The same, for those who will raise the head."""
    return _standing_of((yield from first(_STANDING_LOCKED, conversation=act.conversation, user=act.user)))


def locked_place(act: Act) -> Script[tuple[Standing | None, Placed | None]]:
    """The same, and where the command led to before."""
    row = yield from first(_PLACE_LOCKED, conversation=act.conversation, user=act.user, command=act.command)
    found = _standing_of(row)
    if row is None or found is None or row["placed_seq"] is None:
        return found, None
    return found, Placed(
        epoch=found.conversation.epoch,
        seq=row["placed_seq"],
        at=row["placed_at"],
        message=MessageId(row["placed_message"] or ""),
        version=row["placed_version"],
    )


def placed(act: Act, epoch: str) -> Script[Placed | None]:
    """Where this command led to before."""
    if act.command is None:
        return None
    row = yield from first(_PLACED, conversation=act.conversation, sender=act.user, command=act.command)
    if row is None:
        return None
    return Placed(
        epoch=epoch,
        seq=row["seq"],
        at=row["at"],
        message=MessageId(row["message"] or ""),
        version=row["version"],
    )


def placed_before(act: Act) -> Script[Placed | None]:
    """The same, of a conversation that was not read yet."""
    found = yield from standing(act.conversation, act.user)
    return None if found is None else (yield from placed(act, found.conversation.epoch))


def append(
    act: Act,
    found: Standing,
    happening: Happening,
    *,
    message: MessageId | None = None,
    version: int = 1,
    posted: Mapping[str, Value] | None = None,
) -> Script[Placed]:
    """Takes the next place in the log. ``posted``: columns of a new message that the event does not have."""
    conversation = found.conversation
    seq = conversation.head_seq + 1
    kind = happening.__struct_config__.tag
    # Of a message's first form there is no copy until it is edited.
    content = None if posted or kind == "deleted" else json_text(happening)
    yield from execute(
        _APPEND if posted is None else _POST,
        now=act.at,
        conversation=conversation.id,
        seq=seq,
        sender=act.user,
        at=act.at,
        command=act.command,
        kind=str(kind),
        message=message,
        version=version,
        content=content,
        **posted or {},
    )
    event = ConversationEvent(
        conversation=conversation.id,
        epoch=conversation.epoch,
        seq=seq,
        sender=act.user,
        at=act.at,
        event=happening,
        command=act.command or "",
    )
    return Placed(
        epoch=conversation.epoch,
        seq=seq,
        at=act.at,
        message=message or MessageId(""),
        version=version,
        event=event,
    )


def _standing_of(row: Row | None) -> Standing | None:
    if row is None:
        return None
    return Standing(conversation=conversation_of(row), member=None if row["user"] is None else member_of(row))
