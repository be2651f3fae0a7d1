"""Conversations are made, found and listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs
from sqlalchemy import BigInteger, Integer, and_, bindparam, func, insert, literal, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tureen.messaging import rules
from tureen.messaging.limits import MAX_UNREAD, SHOWN_MEMBERS
from tureen.messaging.records import (
    Act,
    ConversationRecord,
    MemberRecord,
    Membership,
    NewConversation,
    Overview,
    Placed,
    RosterRecord,
    Seat,
    Standing,
)
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.events import Joined, Renamed
from tureen.protocol.resources import ConversationKind, MemberRole, Message
from tureen.storage.compiled import IsOneOf
from tureen.storage.messaging import groups
from tureen.storage.messaging.head import append, locked_standing, placed, standing
from tureen.storage.messaging.rows import conversation_of, member_of, message_of
from tureen.storage.schema.messaging import CONVERSATIONS, MEMBERS, MENTIONS, MESSAGES
from tureen.storage.script import PerDialect, Row, Script, Value, execute, first, rows

C, M, G, N = CONVERSATIONS.c, MEMBERS.c, MESSAGES.c, MENTIONS.c
_FAR = 2**62
_LIMIT = bindparam("limit", type_=Integer)

_FIND = select(CONVERSATIONS).where(C.id == bindparam("conversation"))
_FIND_KEY = select(CONVERSATIONS).where(C.key == bindparam("key"))
_MAKE = PerDialect(
    sqlite=sqlite.insert(CONVERSATIONS).on_conflict_do_nothing().returning(C.id),
    postgresql=postgresql.insert(CONVERSATIONS).on_conflict_do_nothing().returning(C.id),
)
SEAT = insert(MEMBERS)
_SHOW = update(MEMBERS).where(M.conversation == bindparam("b_conversation"), M.user == bindparam("b_user"))
_SHOW = _SHOW.values(hidden_seq=-1)
_SEATS = select(M.user, M.role, M.muted_until, M.delivered_seq, M.read_seq).where(
    M.conversation == bindparam("conversation")
)
_MEMBERS = (
    select(MEMBERS)
    .where(M.conversation == bindparam("conversation"), M.user > bindparam("after"))
    .order_by(M.user)
    .limit(_LIMIT)
)
_MEMBERS_OF = select(MEMBERS).where(IsOneOf(M.conversation, bindparam("conversations"))).order_by(M.joined_at, M.user)
_MINE_AMONG = (
    select(CONVERSATIONS, MEMBERS)
    .select_from(CONVERSATIONS.join(MEMBERS, M.conversation == C.id))
    .where(M.user == bindparam("user"), IsOneOf(C.id, bindparam("conversations")))
)
_OF_USER = (
    select(M.conversation)
    .where(M.user == bindparam("user"), M.conversation > bindparam("after"))
    .order_by(M.conversation)
    .limit(_LIMIT)
)
_RENAME = update(CONVERSATIONS).where(C.id == bindparam("conversation"))
_RENAME = _RENAME.values(title=bindparam("title"), avatar=bindparam("avatar"))
_MESSAGES = select(MESSAGES).where(IsOneOf(G.id, bindparam("messages")))

# Counted by the database, no further than is shown.
_UNREAD = (
    select(func.count())
    .select_from(
        select(literal(1).label("one"))
        .where(G.conversation == C.id, G.seq > M.read_seq, G.sender != M.user, G.deleted_at.is_(None))
        .correlate(CONVERSATIONS, MEMBERS)
        .limit(literal_column(str(MAX_UNREAD)))
        .subquery("unread_ones")
    )
    .scalar_subquery()
)
_MENTIONED = (
    select(func.count())
    .select_from(
        select(literal(1).label("one"))
        .where(N.user == M.user, N.conversation == C.id, N.seq > M.read_seq)
        .correlate(CONVERSATIONS, MEMBERS)
        .limit(literal_column(str(MAX_UNREAD)))
        .subquery("mentioning_ones")
    )
    .scalar_subquery()
)
_LAST = (
    select(G.id)
    .where(G.conversation == C.id, G.thread.is_(None))
    .order_by(G.seq.desc())
    .limit(literal_column("1"))
    .correlate(CONVERSATIONS)
    .scalar_subquery()
)
_OVERVIEW = select(
    CONVERSATIONS, MEMBERS, _UNREAD.label("unread"), _MENTIONED.label("mentioned"), _LAST.label("last_message")
).select_from(CONVERSATIONS.join(MEMBERS, M.conversation == C.id))
_OVERVIEW_ONE = _OVERVIEW.where(M.user == bindparam("user"), C.id == bindparam("conversation"))
_SHOWN = and_(M.user == bindparam("user"), C.posted_seq > M.hidden_seq)
_ANY_KEY = bindparam("any_key", type_=Integer)
_OWN_KEY = or_(_ANY_KEY == 1, C.key == bindparam("only_key"))
_PAGE = _OVERVIEW.where(_SHOWN, _OWN_KEY, C.active_at < bindparam("before", type_=BigInteger))
_PAGE = _PAGE.order_by(C.active_at.desc(), C.id).limit(_LIMIT)
_TIES = _OVERVIEW.where(_SHOWN, _OWN_KEY, C.active_at == bindparam("at"), C.id > bindparam("after"))
_TIES = _TIES.order_by(C.id)
_OUTSIDE = select(_LAST.label("last_message")).select_from(CONVERSATIONS).where(C.id == bindparam("conversation"))


def make(new: NewConversation) -> Script[tuple[RosterRecord, Membership | None]]:
    """Unless there is one of this key."""
    if new.max_groups is not None:
        new = yield from _with_room(new, new.max_groups)
    inserted = yield from first(
        _MAKE,
        id=new.id,
        kind=new.kind.value,
        key=new.key,
        title=new.title,
        avatar="",
        epoch=new.epoch,
        head_seq=0,
        floor_seq=0,
        posted_seq=0,
        member_count=len(new.members),
        created_by=new.created_by,
        created_at=new.at,
        active_at=new.at,
        oldest_at=None,
        held=0,
        state_keys=0,
        state_bytes=0,
    )
    if inserted is None:
        return (yield from _existing(new)), None
    for user, role in new.members.items():
        hidden = 0 if user in new.hidden_from else -1
        yield from seat(new.id, user, role, joined_at=new.at, read=int(new.tell), hidden=hidden)
    if new.max_groups is not None:
        yield from groups.check_made(new.created_by, new.max_groups)
    event = (yield from _tell_beginning(new)) if new.tell else None
    found = yield from standing(new.id, new.created_by)
    assert found is not None  # noqa: S101 - it was inserted above
    membership = Membership(standing=found, changed=list(new.members), event=None if event is None else event.event)
    read = int(new.tell)
    seats = {user: Seat(role, None, read, read) for user, role in new.members.items()}
    return RosterRecord(conversation=found.conversation, seats=seats), membership


def seat(
    conversation: ConversationId,
    user: UserId,
    role: MemberRole,
    *,
    joined_at: int,
    read: int,
    hidden: int = -1,
    muted_until: int | None = None,
) -> Script[None]:
    """A new member, who has nothing to catch up with."""
    yield from execute(
        SEAT,
        conversation=conversation,
        user=user,
        role=role.value,
        joined_at=joined_at,
        delivered_seq=read,
        read_seq=read,
        muted_until=muted_until,
        hidden_seq=hidden,
    )


def find(conversation: ConversationId) -> Script[ConversationRecord | None]:
    """By id."""
    row = yield from first(_FIND, conversation=conversation)
    return None if row is None else conversation_of(row)


def find_key(key: str) -> Script[ConversationRecord | None]:
    """By what makes it unique."""
    row = yield from first(_FIND_KEY, key=key)
    return None if row is None else conversation_of(row)


def standings(user: UserId, conversations: Sequence[ConversationId]) -> Script[Sequence[Standing]]:
    """Of those among them that the user is a member of."""
    found = yield from rows(_MINE_AMONG, user=user, conversations=[str(each) for each in conversations])
    return [Standing(conversation=conversation_of(row), member=member_of(row)) for row in found]


def roster(conversation: ConversationId) -> Script[RosterRecord | None]:
    """With everyone in it."""
    head = yield from find(conversation)
    if head is None:
        return None
    found = yield from rows(_SEATS, conversation=conversation)
    seats = {
        UserId(row["user"]): Seat(MemberRole(row["role"]), row["muted_until"], row["delivered_seq"], row["read_seq"])
        for row in found
    }
    return RosterRecord(conversation=head, seats=seats)


def conversations_of(user: UserId, after: ConversationId, limit: int) -> Script[Sequence[ConversationId]]:
    """In the order of their ids."""
    found = yield from rows(_OF_USER, user=user, after=after, limit=limit)
    return [ConversationId(row["conversation"]) for row in found]


def members(conversation: ConversationId, after: UserId | None, limit: int) -> Script[Sequence[MemberRecord]]:
    """In the order of their ids."""
    found = yield from rows(_MEMBERS, conversation=conversation, after=after or "", limit=limit)
    return [member_of(row) for row in found]


def overview(user: UserId, conversation: ConversationId) -> Script[Overview | None]:
    """As the user sees it, who need not be a member."""
    row = yield from first(_OVERVIEW_ONE, user=user, conversation=conversation)
    if row is not None:
        return (yield from _complete([row]))[0]
    head = yield from find(conversation)
    if head is None:
        return None
    shown = yield from _shown_members([head])
    last = yield from first(_OUTSIDE, conversation=conversation)
    messages = yield from _last_messages([last] if last else [])
    return Overview(
        conversation=head,
        member=None,
        members=shown.get(head.id, []),
        last_message=next(iter(messages.values()), None),
        unread=0,
        mentions=0,
    )


def overviews(user: UserId, before: int | None, limit: int, only_key: str | None) -> Script[Sequence[Overview]]:
    """The user's own that are not hidden; with all that tie with the last one."""
    mine: dict[str, Value] = {"user": user, "only_key": only_key or "", "any_key": int(only_key is None)}
    found = list((yield from rows(_PAGE, **mine, before=_FAR if before is None else before, limit=limit)))
    if len(found) == limit:
        last = found[-1]
        found += yield from rows(_TIES, **mine, at=last["active_at"], after=last["id"])
    return (yield from _complete(found))


def rename(act: Act, title: str | None, avatar: str | None) -> Script[Placed]:
    """Of a group."""
    found = yield from locked_standing(act)
    role = rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    rules.check_group(found.conversation)
    rules.check_moderates(role)
    before = yield from placed(act, found.conversation.epoch)
    if before is not None:
        return before
    head = found.conversation
    now = (head.title if title is None else title, head.avatar if avatar is None else avatar)
    if now == (head.title, head.avatar):
        return Placed(epoch=head.epoch, seq=head.head_seq, at=act.at)
    yield from execute(_RENAME, conversation=head.id, title=now[0], avatar=now[1])
    return (yield from append(act, found, Renamed(title=now[0], avatar=now[1])))


def _with_room(new: NewConversation, most: int) -> Script[NewConversation]:
    yield from groups.hold(list(new.members))
    others = [user for user in new.members if user != new.created_by]
    room = {new.created_by, *(yield from groups.with_room(others, most))}
    return structs.replace(new, members={user: role for user, role in new.members.items() if user in room})


def _existing(new: NewConversation) -> Script[RosterRecord]:
    head = yield from find_key(new.key)
    record = None if head is None else (yield from roster(head.id))
    assert record is not None  # noqa: S101 - the conflict was with this one: ids are chance
    if new.kind is ConversationKind.DIRECT:
        yield from execute(_SHOW, b_conversation=record.conversation.id, b_user=new.created_by)
    return record


def _tell_beginning(new: NewConversation) -> Script[Placed]:
    act = Act(user=new.created_by, conversation=new.id, command=new.command, at=new.at)
    found = yield from locked_standing(act)
    assert found is not None  # noqa: S101 - it was inserted in this transaction
    return (yield from append(act, found, Joined(users=list(new.members))))


def _complete(found: Sequence[Row]) -> Script[list[Overview]]:
    heads = [conversation_of(row) for row in found]
    shown = yield from _shown_members(heads)
    messages = yield from _last_messages(found)
    return [
        Overview(
            conversation=head,
            member=member_of(row),
            members=shown.get(head.id, []),
            last_message=messages.get(row["last_message"]),
            unread=row["unread"],
            mentions=row["mentioned"],
        )
        for head, row in zip(heads, found, strict=True)
    ]


def _shown_members(heads: Sequence[ConversationRecord]) -> Script[Mapping[ConversationId, list[MemberRecord]]]:
    small = [str(head.id) for head in heads if head.member_count <= SHOWN_MEMBERS]
    by_conversation: dict[ConversationId, list[MemberRecord]] = {ConversationId(each): [] for each in small}
    if small:
        for row in (yield from rows(_MEMBERS_OF, conversations=small)):
            by_conversation[ConversationId(row["conversation"])].append(member_of(row))
    return by_conversation


def _last_messages(found: Sequence[Row]) -> Script[Mapping[str, Message]]:
    ids = [row["last_message"] for row in found if row["last_message"] is not None]
    if not ids:
        return {}
    return {row["id"]: message_of(row) for row in (yield from rows(_MESSAGES, messages=ids))}
