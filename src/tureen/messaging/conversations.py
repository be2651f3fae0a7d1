"""Conversations are made, listed and read, renamed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from tureen.messaging import keys
from tureen.messaging.desk import Desk
from tureen.messaging.limits import SHOWN_MEMBERS
from tureen.messaging.records import Act, Addition, Membership, NewConversation, RosterRecord
from tureen.model.actor import Actor
from tureen.model.ids import ConversationId, UserId
from tureen.ports import Handlers
from tureen.protocol.commands import (
    ConversationCreate,
    ConversationDirect,
    ConversationGet,
    ConversationList,
    ConversationMembers,
    ConversationRoom,
    ConversationUpdate,
)
from tureen.protocol.errors import invalid, not_found
from tureen.protocol.replies import ConversationAnswered, Conversations, Members
from tureen.protocol.resources import Call, ConversationKind, MemberRole

_AVATAR = re.compile(r"(https?://|/)\S*")
_EPOCH_CHARACTERS = 12
_ID_CHARACTERS = 20
_DROPPED_AT_ONCE = 500


class ConversationDesk:
    """Handles what is about conversations as wholes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handlers(self) -> Handlers:
        """By type of command."""
        return {
            ConversationList: self.list,
            ConversationGet: self.get,
            ConversationMembers: self.members,
            ConversationDirect: self.direct,
            ConversationRoom: self.room,
            ConversationCreate: self.create,
            ConversationUpdate: self.update,
        }

    async def list(self, actor: Actor, command: ConversationList) -> Conversations:
        """One's own, a page of them."""
        only_key = self._desk.gate.only_key(actor)
        return Conversations(
            id=command.id,
            conversations=await self._desk.views.page(actor.user, command.before, command.limit, only_key),
        )

    async def get(self, actor: Actor, command: ConversationGet) -> ConversationAnswered:
        """One that one has part in."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        return await self._answer(actor, command.id, entry.roster.id)

    async def members(self, actor: Actor, command: ConversationMembers) -> Members:
        """A page of them."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        after = None if command.after is None else UserId(command.after)
        return Members(id=command.id, members=await self._desk.views.members(entry.roster.id, after, command.limit))

    async def direct(self, actor: Actor, command: ConversationDirect) -> ConversationAnswered:
        """The one with somebody. It is made for whoever can be reached; the other sees it with the first message."""
        self._desk.gate.check_person(actor)
        other = UserId(command.user)
        if other == actor.user:
            raise invalid("Nobody has a conversation of two with themselves.", "Create a group.")
        known = await self._desk.rosters.find(keys.direct_key(actor.user, other))
        if known is None and other not in await self._desk.outside.directory.reachable(actor.user, [other]):
            raise not_found("person")
        record, made = await self._make_direct(actor.user, other, hidden_from=[other])
        if made is not None:
            await self._desk.show([actor.user], record.conversation.id, skip=actor)
        return await self._answer(actor, command.id, record.conversation.id)

    async def of_call(self, call: Call) -> ConversationId | None:
        """Where the trace of a call belongs: its conversation, or that of its two parties, which is made if need be."""
        if call.conversation is not None:
            return ConversationId(call.conversation)
        caller = UserId(call.caller)
        others = [UserId(party.user) for party in call.parties if party.user != caller]
        if len(others) != 1:
            return None
        record, made = await self._make_direct(caller, others[0], hidden_from=[])
        if made is not None:
            await self._desk.show(made.changed, record.conversation.id)
        return record.conversation.id

    async def room(self, actor: Actor, command: ConversationRoom) -> ConversationAnswered:
        """The one of a room. Whoever is a member stays one, with another token too."""
        key = keys.room_key(command.room)
        roster = await self._desk.rosters.find(key)
        if roster is None or actor.user not in roster.seats:
            self._desk.gate.check_room(actor, command.room)
            conversation = await self._join_room(actor, command, key)
        else:
            conversation = roster.id
        return await self._answer_inside(actor, command.id, conversation)

    async def create(self, actor: Actor, command: ConversationCreate) -> ConversationAnswered:
        """A group, with those who can be reached."""
        self._desk.gate.check_person(actor)
        wanted = [UserId(user) for user in dict.fromkeys(command.users) if user != actor.user]
        reachable = await self._desk.outside.directory.reachable(actor.user, wanted) if wanted else frozenset()
        members = dict.fromkeys((user for user in wanted if user in reachable), MemberRole.MEMBER)
        record, made = await self._desk.outside.store.make(
            NewConversation(
                id=self._new_id(),
                kind=ConversationKind.GROUP,
                key=keys.group_key(actor.user, command.id),
                title=command.title,
                epoch=self._epoch(),
                created_by=actor.user,
                at=self._desk.outside.now(),
                members={actor.user: MemberRole.OWNER, **members},
                command=command.id,
                tell=True,
                max_groups=self._desk.outside.limits.groups_per_person,
            )
        )
        if made is not None:
            await self._tell_made(actor, made)
        return await self._answer_inside(actor, command.id, record.conversation.id)

    async def update(self, actor: Actor, command: ConversationUpdate) -> ConversationAnswered:
        """Another title or picture."""
        if command.avatar and _AVATAR.fullmatch(command.avatar) is None:
            raise invalid("The picture's address is none of https:, http: or a path on the server.")
        entry = await self._desk.gate.enter(actor, command.conversation)
        placed = await self._desk.outside.store.rename(entry.of_command(command.id), command.title, command.avatar)
        await self._desk.publish(placed, entry.roster)
        return await self._answer(actor, command.id, entry.roster.id)

    async def _make_direct(
        self, one: UserId, other: UserId, *, hidden_from: Sequence[UserId]
    ) -> tuple[RosterRecord, Membership | None]:
        return await self._desk.outside.store.make(
            NewConversation(
                id=self._new_id(),
                kind=ConversationKind.DIRECT,
                key=keys.direct_key(one, other),
                title="",
                epoch=self._epoch(),
                created_by=one,
                at=self._desk.outside.now(),
                members={one: MemberRole.MEMBER, other: MemberRole.MEMBER},
                hidden_from=list(hidden_from),
            )
        )

    async def _join_room(self, actor: Actor, command: ConversationRoom, key: str) -> ConversationId:
        record, made = await self._desk.outside.store.make(
            NewConversation(
                id=self._new_id(),
                kind=ConversationKind.ROOM,
                key=key,
                title=command.room,
                epoch=self._epoch(),
                created_by=actor.user,
                at=self._desk.outside.now(),
                members={actor.user: MemberRole.MEMBER},
                command=command.id,
                tell=True,
            )
        )
        act = self._desk.gate.act(actor, record.conversation.id, command.id)
        if made is None:
            await self._make_place(act)
            limit = self._desk.outside.limits.members
            made = await self._desk.outside.store.add_members(
                Addition(act=act, users=[actor.user], max_members=limit, tell_up_to=SHOWN_MEMBERS)
            )
        await self._desk.seat(made)
        await self._desk.show_newcomers(made, act.at, skip=actor)
        return act.conversation

    async def _make_place(self, act: Act) -> None:
        """Guests of a room do not say goodbye. Where it is full, some of those who are not connected are members no
        more; with their token they can be again.
        """
        roster = await self._desk.rosters.get(act.conversation)
        if roster is None or len(roster.seats) < self._desk.outside.limits.members:
            return
        absent = (user for user in roster.seats if not self._desk.outside.mailroom.devices(user))
        dropped = await self._desk.outside.store.drop_absent(act, list(islice(absent, _DROPPED_AT_ONCE)))
        self._desk.forget_members(act.conversation, dropped.changed)

    async def _tell_made(self, actor: Actor, made: Membership) -> None:
        # Read anew, with everyone's roles, when it is needed.
        await self._desk.rosters.get(made.standing.conversation.id)
        if made.event is not None:
            await self._desk.outgoing.publish(made.event)
        await self._desk.show_newcomers(made, made.standing.conversation.created_at, skip=actor)

    async def _answer_inside(self, actor: Actor, command: str, conversation: ConversationId) -> ConversationAnswered:
        """To who is a member now: the command may be one that comes again after they have left."""
        await self._desk.gate.enter(actor, conversation)
        return await self._answer(actor, command, conversation)

    async def _answer(self, actor: Actor, command: str, conversation: ConversationId) -> ConversationAnswered:
        return ConversationAnswered(id=command, conversation=await self._desk.views.one(actor.user, conversation))

    def _new_id(self) -> ConversationId:
        return ConversationId(f"CV_{self._desk.outside.entropy.token(_ID_CHARACTERS)}")

    def _epoch(self) -> str:
        return self._desk.outside.entropy.token(_EPOCH_CHARACTERS)
