"""Who may do what in a conversation. Stores ask within their transactions, so that no change slips in between."""

from __future__ import annotations

from typing import Protocol

from tureen.messaging.records import Act, ConversationRecord, MemberRecord, Standing
from tureen.protocol.errors import CommandError, ErrorCode, forbidden, invalid, not_found
from tureen.protocol.resources import ConversationKind, MemberRole, Message

_RANKS = {MemberRole.MEMBER: 0, MemberRole.MODERATOR: 1, MemberRole.OWNER: 2}


def rank(role: MemberRole) -> int:
    """The higher, the more."""
    return _RANKS[role]


def check_access(act: Act, standing: Standing | None) -> MemberRole:
    """The role in which the act is done. One answer for what does not exist and for what is not one's own."""
    if standing is None:
        raise not_found("conversation")
    return check_role(act, standing.conversation.key, None if standing.member is None else standing.member.role)


def check_role(act: Act, key: str, role: MemberRole | None) -> MemberRole:
    """The same, by the conversation's key and the role that the act's user has as a member."""
    if act.only_key is not None and key != act.only_key:
        raise not_found("conversation")
    roles = [each for each in (act.authority, role) if each]
    if not roles:
        raise not_found("conversation")
    if act.moderates_key is not None and key == act.moderates_key:
        roles.append(MemberRole.MODERATOR)
    return max(roles, key=rank)


class Silenced(Protocol):
    """Whoever may be muted."""

    @property
    def muted_until(self) -> int | None:
        """Unix milliseconds."""


def check_may_write(act: Act, member: Silenced | None) -> None:
    """A muted member writes nothing."""
    if member is not None and member.muted_until is not None and member.muted_until > act.at:
        raise forbidden("A moderator lets you write nothing here for now.", "Wait until the mute is over.")


def check_many(conversation: ConversationRecord) -> None:
    """Two people have no members to change and nobody above them."""
    if conversation.kind is ConversationKind.DIRECT:
        raise forbidden("A conversation of two people has no members to change.", "Create a group.")


def check_group(conversation: ConversationRecord) -> None:
    """Rooms have the name and the people that the application gives them."""
    if conversation.kind is not ConversationKind.GROUP:
        raise forbidden("Only of a group this can be changed.", "Create a group.")


def check_moderates(role: MemberRole) -> None:
    """Owners and moderators."""
    if rank(role) < rank(MemberRole.MODERATOR):
        raise forbidden("Only owners and moderators may do this.", "Ask one of them.")


def check_brings_in_nobody(role: MemberRole) -> None:
    """Into the conversation of a room everybody comes by their own token; moderators may let the banned do so again."""
    if rank(role) < rank(MemberRole.MODERATOR):
        raise forbidden("Nobody is brought into a room's conversation.", "Give them a token that joins the room.")


def check_owns(role: MemberRole) -> None:
    """Owners."""
    if role is not MemberRole.OWNER:
        raise forbidden("Only owners may do this.", "Ask one of them.")


def check_above(role: MemberRole, target: MemberRecord) -> None:
    """Moderators have power over plain members, owners over everyone."""
    if role is not MemberRole.OWNER and rank(target.role) >= rank(role):
        raise forbidden(f"A {role.value} has no power over a {target.role.value}.", "Ask an owner.")


def check_owner_stays(conversation: ConversationRecord, owners_left: int, members_left: int) -> None:
    """A group with members has an owner."""
    if conversation.kind is ConversationKind.GROUP and members_left > 0 and owners_left == 0:
        raise forbidden("The last owner stays one.", "Make somebody else an owner first.")


def check_places(conversation: ConversationRecord, newcomers: int, max_members: int) -> None:
    """A conversation is bounded."""
    if conversation.member_count + newcomers > max_members:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED, f"A conversation has at most {max_members} members.", "Make another one."
        )


def check_groups(made: int, most: int) -> None:
    """A person makes so many groups."""
    if made > most:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED,
            f"You have made {most} groups.",
            "Leave one in which others stay, or have one deleted.",
        )


def check_anyone_has_room(left: int, most: int) -> None:
    """Of those who are brought into a group, who are in so many at most."""
    if not left:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED, f"They are in {most} groups already.", "They have to leave one first."
        )


def check_message(message: Message | None) -> Message:
    """It exists and was not deleted."""
    if message is None:
        raise not_found("message")
    if message.deleted_at is not None:
        raise CommandError(ErrorCode.GONE, "The message was deleted.")
    return message


def check_root(message: Message) -> None:
    """Threads do not nest."""
    if message.thread is not None:
        raise invalid("A message of a thread cannot have a thread of its own.", "Name the thread's first message.")


def check_may_edit(act: Act, message: Message, version: int) -> None:
    """The sender alone, and only what they have seen."""
    if message.sender != act.user:
        raise forbidden("Only its sender may edit a message.")
    if message.version != version:
        raise CommandError(
            ErrorCode.CONFLICT, f"The message has version {message.version}, not {version}.", "Read it again."
        )


def check_may_delete(act: Act, conversation: ConversationRecord, message: Message, role: MemberRole) -> None:
    """The sender, owners and moderators; nobody under a legal hold."""
    if message.sender != act.user:
        check_moderates(role)
    check_not_held(conversation)


def check_not_held(conversation: ConversationRecord) -> None:
    """Of evidence nothing is deleted."""
    if conversation.held:
        raise CommandError(ErrorCode.REJECTED, "This conversation is under a legal hold: nothing is deleted from it.")
