"""Members come, go, are raised and muted; and their marks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, bindparam, case, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tureen.messaging import rules
from tureen.messaging.records import (
    Act,
    Addition,
    Departure,
    Mark,
    MemberRecord,
    Membership,
    ModerationAct,
    Placed,
    Removal,
    Standing,
)
from tureen.model.ids import UserId
from tureen.protocol.errors import forbidden, invalid, not_found
from tureen.protocol.events import ConversationEvent, Joined, Left, RoleChanged
from tureen.protocol.resources import ConversationKind, MemberRole
from tureen.storage.compiled import IsOneOf
from tureen.storage.messaging import groups
from tureen.storage.messaging.audit import note
from tureen.storage.messaging.conversations import seat
from tureen.storage.messaging.head import append, locked_standing, placed, standing
from tureen.storage.messaging.rows import member_of
from tureen.storage.schema.messaging import BANS, CONVERSATIONS, MEMBERS, MENTIONS, MUTES
from tureen.storage.script import PerDialect, Script, Value, execute, first, one, rows

C, M, B, N, U = CONVERSATIONS.c, MEMBERS.c, BANS.c, MENTIONS.c, MUTES.c

_IN = M.conversation == bindparam("b_conversation")
_AMONG = select(MEMBERS).where(_IN, IsOneOf(M.user, bindparam("users")))
_MEMBER = select(MEMBERS).where(_IN, M.user == bindparam("b_user"))
_OWNERS = select(func.count().label("owners")).where(_IN, M.role == literal_column("'owner'"))
_BANNED = select(B.user).where(B.conversation == bindparam("conversation"), IsOneOf(B.user, bindparam("users")))
_BAN = PerDialect(
    sqlite=sqlite.insert(BANS).on_conflict_do_nothing(), postgresql=postgresql.insert(BANS).on_conflict_do_nothing()
)
_UNBAN = delete(BANS).where(B.conversation == bindparam("conversation"), B.user == bindparam("user"))
_AMONG_MUTES = (U.conversation == bindparam("b_conversation"), IsOneOf(U.user, bindparam("users")))
_MUTES = select(MUTES).where(*_AMONG_MUTES)
_DROP_MUTES = delete(MUTES).where(*_AMONG_MUTES)
_KEEP_MUTE = insert(MUTES)
_COUNT = (
    update(CONVERSATIONS)
    .where(C.id == bindparam("conversation"))
    .values(member_count=C.member_count + bindparam("more", type_=BigInteger))
)
_UNSEAT = delete(MEMBERS).where(_IN, IsOneOf(M.user, bindparam("users")))
_FORGET_MENTIONS = delete(MENTIONS).where(
    N.conversation == bindparam("conversation"), IsOneOf(N.user, bindparam("users"))
)
_ONE = update(MEMBERS).where(_IN, M.user == bindparam("b_user"))
_HIDE = _ONE.values(hidden_seq=bindparam("seq"))
_ROLE = _ONE.values(role=bindparam("to_role"))
_MUTE = _ONE.values(muted_until=bindparam("until"))
_HEIR = (
    select(M.user)
    .where(_IN, M.user != bindparam("b_user"))
    .order_by(case((M.role == literal_column("'moderator'"), 0), else_=1), M.joined_at, M.user)
    .limit(literal_column("1"))
)
_DELIVERED, _READ = bindparam("delivered", type_=BigInteger), bindparam("read", type_=BigInteger)
_MARK = _ONE.values(
    delivered_seq=case((M.delivered_seq < _DELIVERED, _DELIVERED), else_=M.delivered_seq),
    read_seq=case((M.read_seq < _READ, _READ), else_=M.read_seq),
)


def add_members(addition: Addition) -> Script[Membership]:
    """Into a group by a member; into a room by oneself, whose grant was checked: others' bans there are only lifted."""
    act = addition.act
    found = yield from locked_standing(act)
    if found is None:
        raise not_found("conversation")
    is_room = found.conversation.kind is ConversationKind.ROOM
    if is_room and addition.users != [act.user]:
        return (yield from _pardon(act, found, addition.users))
    role = MemberRole.MEMBER
    if not is_room:
        role = rules.check_access(act, found)
        rules.check_group(found.conversation)
    if (yield from placed(act, found.conversation.epoch)) is not None:
        return Membership(standing=found, changed=[])
    newcomers = yield from _newcomers(addition, role, is_room=is_room)
    if newcomers and not is_room and addition.max_groups is not None:
        yield from groups.hold(newcomers)
        newcomers = yield from groups.with_room(newcomers, addition.max_groups)
        rules.check_anyone_has_room(len(newcomers), addition.max_groups)
    if not newcomers:
        return Membership(standing=found, changed=[])
    rules.check_places(found.conversation, len(newcomers), addition.max_members)
    count = found.conversation.member_count + len(newcomers)
    event: ConversationEvent | None = None
    head = found.conversation.head_seq
    if addition.tell_up_to is None or count <= addition.tell_up_to:
        event = (yield from append(act, found, Joined(users=list(newcomers)))).event
        head += 1
    mutes = yield from _take_mutes(act, newcomers)
    for user in newcomers:
        muted = mutes.get(user)
        yield from seat(act.conversation, user, MemberRole.MEMBER, joined_at=act.at, read=head, muted_until=muted)
    yield from execute(_COUNT, conversation=act.conversation, more=len(newcomers))
    return Membership(standing=(yield from _standing(act)), changed=newcomers, event=event, mutes=mutes)


def remove_members(removal: Removal) -> Script[Membership]:
    """By someone above them."""
    act = removal.act
    found = yield from locked_standing(act)
    role = rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    rules.check_many(found.conversation)
    rules.check_moderates(role)
    if (yield from placed(act, found.conversation.epoch)) is not None:
        return Membership(standing=found, changed=[])
    if act.user in removal.users:
        raise invalid("Nobody removes themselves.", "Leave the conversation.")
    targets = yield from _among(act, removal.users)
    for target in targets:
        rules.check_above(role, target)
    for user in removal.users if removal.ban else []:
        yield from execute(_BAN, conversation=act.conversation, user=user, banned_at=act.at, banned_by=act.user)
        yield from note(act, ModerationAct.BANNED, user=user)
    for target in targets if not removal.ban else []:
        yield from note(act, ModerationAct.REMOVED, user=target.user)
    if not targets:
        return Membership(standing=found, changed=[])
    return (yield from _remove(act, found, targets, tell=True))


def drop_absent(act: Act, users: Sequence[UserId]) -> Script[Membership]:
    """Out of a room, in silence."""
    found = yield from locked_standing(act)
    if found is None or found.conversation.kind is not ConversationKind.ROOM:
        raise not_found("conversation")
    return (yield from _remove(act, found, (yield from _among(act, users)), tell=False))


def leave(act: Act, tell_up_to: int) -> Script[Membership]:
    """A group or a room; of two people, one hides the conversation."""
    found = yield from locked_standing(act)
    rules.check_access(act, found)
    if found is None or found.member is None:
        raise not_found("conversation")
    conversation = found.conversation
    if conversation.kind is ConversationKind.DIRECT:
        yield from execute(_HIDE, b_conversation=conversation.id, b_user=act.user, seq=conversation.posted_seq)
        return Membership(standing=found, changed=[])
    tell = conversation.kind is ConversationKind.GROUP or conversation.member_count <= tell_up_to
    return (yield from _remove(act, found, [found.member], tell=tell))


def take_out(act: Act, tell_up_to: int) -> Script[Departure | None]:
    """Out of any conversation; nothing holds back who is removed from the server."""
    found = yield from locked_standing(act)
    if found is None or found.member is None:
        return None
    head, member = found.conversation, found.member
    if head.kind is ConversationKind.DIRECT:
        yield from execute(_HIDE, b_conversation=head.id, b_user=act.user, seq=head.posted_seq)
        yield from execute(_FORGET_MENTIONS, conversation=head.id, users=[str(act.user)])
        return Departure(membership=Membership(standing=found, changed=[]))
    heir, succession = (yield from _succession(act, found)) or (None, None)
    if succession is not None:
        found = yield from _standing(act)
    tell = head.kind is ConversationKind.GROUP or head.member_count <= tell_up_to
    membership = yield from _remove(act, found, [member], tell=tell)
    return Departure(membership=membership, heir=heir, succession=succession)


def change_role(act: Act, user: UserId, role: MemberRole) -> Script[Placed]:
    """By an owner."""
    found = yield from locked_standing(act)
    own = rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    rules.check_many(found.conversation)
    rules.check_owns(own)
    before = yield from placed(act, found.conversation.epoch)
    if before is not None:
        return before
    target = yield from _member(act, user)
    head = found.conversation
    if target.role is role:
        return Placed(epoch=head.epoch, seq=head.head_seq, at=act.at)
    if target.role is MemberRole.OWNER:
        owners = (yield from _owners(act)) - 1
        rules.check_owner_stays(head, owners, head.member_count)
    yield from execute(_ROLE, b_conversation=head.id, b_user=user, to_role=role.value)
    yield from note(act, ModerationAct.ROLE, user=user, detail=role.value)
    return (yield from append(act, found, RoleChanged(user=user, role=role)))


def mute(act: Act, user: UserId, until: int | None) -> Script[Standing]:
    """By someone above them."""
    found = yield from locked_standing(act)
    role = rules.check_access(act, found)
    assert found is not None  # noqa: S101 - checked with the access
    rules.check_many(found.conversation)
    rules.check_moderates(role)
    rules.check_above(role, (yield from _member(act, user)))
    yield from execute(_MUTE, b_conversation=act.conversation, b_user=user, until=until)
    what = ModerationAct.UNMUTED if until is None else ModerationAct.MUTED
    yield from note(act, what, user=user, detail="" if until is None else str(until))
    after = yield from standing(act.conversation, user)
    assert after is not None  # noqa: S101 - the head row is locked
    return after


def save_marks(marks: Sequence[Mark]) -> Script[None]:
    """None goes back."""
    for mark in marks:
        yield from execute(
            _MARK,
            b_conversation=mark.conversation,
            b_user=mark.user,
            delivered=mark.delivered_seq,
            read=mark.read_seq,
        )


def _succession(act: Act, found: Standing) -> Script[tuple[UserId, Placed] | None]:
    """Of the last owner of a group in which others stay."""
    assert found.member is not None  # noqa: S101 - its caller looked
    if found.conversation.kind is not ConversationKind.GROUP or found.member.role is not MemberRole.OWNER:
        return None
    if (yield from _owners(act)) > 1:
        return None
    row = yield from first(_HEIR, b_conversation=act.conversation, b_user=act.user)
    if row is None:
        return None
    heir = UserId(row["user"])
    yield from execute(_ROLE, b_conversation=act.conversation, b_user=heir, to_role=MemberRole.OWNER.value)
    return heir, (yield from append(act, found, RoleChanged(user=heir, role=MemberRole.OWNER)))


def _newcomers(addition: Addition, role: MemberRole, *, is_room: bool) -> Script[list[UserId]]:
    act = addition.act
    there = {member.user for member in (yield from _among(act, addition.users))}
    newcomers = [user for user in dict.fromkeys(addition.users) if user not in there]
    banned = yield from _banned(act, newcomers)
    if banned and is_room:
        raise forbidden("A moderator banned you from this conversation.")
    if rules.rank(role) < rules.rank(MemberRole.MODERATOR):
        return [user for user in newcomers if user not in banned]
    yield from _lift(act, banned)
    return newcomers


def _take_mutes(act: Act, newcomers: Sequence[UserId]) -> Script[dict[UserId, int]]:
    """Those that they left with, as far as they still last."""
    among: dict[str, Value] = {"b_conversation": act.conversation, "users": [str(user) for user in newcomers]}
    found = yield from rows(_MUTES, **among)
    if found:
        yield from execute(_DROP_MUTES, **among)
    return {UserId(row["user"]): row["muted_until"] for row in found if row["muted_until"] > act.at}


def _pardon(act: Act, found: Standing, users: Sequence[UserId]) -> Script[Membership]:
    role = rules.check_access(act, found)
    rules.check_brings_in_nobody(role)
    yield from _lift(act, (yield from _banned(act, users)))
    return Membership(standing=found, changed=[])


def _banned(act: Act, users: Sequence[UserId]) -> Script[list[UserId]]:
    found = yield from rows(_BANNED, conversation=act.conversation, users=[str(user) for user in users])
    return [UserId(row["user"]) for row in found]


def _lift(act: Act, banned: Sequence[UserId]) -> Script[None]:
    for user in banned:
        yield from execute(_UNBAN, conversation=act.conversation, user=user)
        yield from note(act, ModerationAct.UNBANNED, user=user)


def _remove(act: Act, found: Standing, targets: Sequence[MemberRecord], *, tell: bool) -> Script[Membership]:
    users = [target.user for target in targets]
    gone = [str(user) for user in users]
    yield from execute(_UNSEAT, b_conversation=act.conversation, users=gone)
    for target in targets:
        if target.muted_until is not None and target.muted_until > act.at:
            yield from execute(
                _KEEP_MUTE, conversation=act.conversation, user=target.user, muted_until=target.muted_until
            )
    yield from execute(_FORGET_MENTIONS, conversation=act.conversation, users=gone)
    yield from execute(_COUNT, conversation=act.conversation, more=-len(users))
    left = found.conversation.member_count - len(users)
    if any(target.role is MemberRole.OWNER for target in targets):
        rules.check_owner_stays(found.conversation, (yield from _owners(act)), left)
    event = (yield from append(act, found, Left(users=list(users)))).event if tell else None
    return Membership(standing=(yield from _standing(act)), changed=users, event=event)


def _standing(act: Act) -> Script[Standing]:
    found = yield from standing(act.conversation, act.user)
    assert found is not None  # noqa: S101 - conversations are never deleted
    return found


def _among(act: Act, users: Sequence[UserId]) -> Script[list[MemberRecord]]:
    found = yield from rows(_AMONG, b_conversation=act.conversation, users=[str(user) for user in users])
    return [member_of(row) for row in found]


def _member(act: Act, user: UserId) -> Script[MemberRecord]:
    row = yield from first(_MEMBER, b_conversation=act.conversation, b_user=user)
    if row is None:
        raise not_found("member")
    return member_of(row)


def _owners(act: Act) -> Script[int]:
    return int((yield from one(_OWNERS, b_conversation=act.conversation))["owners"])
