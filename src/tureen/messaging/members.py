"""Members come and go, and moderators do their work."""

from __future__ import annotations

from tureen.messaging.desk import Desk
from tureen.messaging.records import Addition, Removal
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.ports import Handlers
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationLeave,
    ConversationMute,
    ConversationRemove,
    ConversationRole,
)
from tureen.protocol.events import ConversationGone
from tureen.protocol.replies import ConversationAnswered, Done
from tureen.protocol.resources import ConversationKind


class MemberDesk:
    """Handles what changes who is there, and as what."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handlers(self) -> Handlers:
        """By type of command."""
        return {
            ConversationAdd: self.add,
            ConversationRemove: self.remove,
            ConversationLeave: self.leave,
            ConversationRole: self.role,
            ConversationMute: self.mute,
        }

    async def add(self, actor: Actor, command: ConversationAdd) -> ConversationAnswered:
        """Those who can be reached, exist and are not banned; the rest is left out in silence.

        To a room's conversation nobody is brought: moderators lift bans by it, of guests too whom the directory does
        not know.
        """
        desk = self._desk
        entry = await desk.gate.enter(actor, command.conversation)
        users = [UserId(user) for user in dict.fromkeys(command.users)]
        if entry.roster.kind is not ConversationKind.ROOM:
            desk.gate.check_person(actor)
            reachable = await desk.outside.directory.reachable(actor.user, users)
            users = [user for user in users if user in reachable]
        act = entry.of_command(command.id)
        membership = await desk.outside.store.add_members(
            Addition(
                act=act,
                users=users,
                max_members=desk.outside.limits.members,
                max_groups=desk.outside.limits.groups_per_person,
            )
        )
        desk.tell_silence(entry.roster, users)
        await desk.seat(membership)
        await desk.show_newcomers(membership, act.at)
        return ConversationAnswered(id=command.id, conversation=await desk.views.one(actor.user, entry.roster.id))

    async def remove(self, actor: Actor, command: ConversationRemove) -> Done:
        """By owners and moderators; a banned one is kept out even if they are no member now."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        users = [UserId(user) for user in dict.fromkeys(command.users)]
        membership = await self._desk.outside.store.remove_members(
            Removal(act=entry.of_command(command.id), users=users, ban=command.ban)
        )
        self._desk.tell_silence(entry.roster, users)
        await self._desk.let_go(membership)
        return Done(id=command.id)

    async def leave(self, actor: Actor, command: ConversationLeave) -> Done:
        """A group or a room; a conversation of two is hidden until the next message."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        membership = await self._desk.outside.store.leave(entry.of_command(command.id))
        await self._desk.let_go(membership)
        if entry.roster.kind is ConversationKind.DIRECT:
            gone = ConversationGone(conversation=entry.roster.id)
            self._desk.outside.mailroom.send_to_users((actor.user,), gone, skip=actor)
        return Done(id=command.id)

    async def role(self, actor: Actor, command: ConversationRole) -> Done:
        """By owners."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        user = UserId(command.user)
        placed = await self._desk.outside.store.change_role(entry.of_command(command.id), user, command.role)
        if placed.event is not None:
            seat = self._desk.rosters.handle_seat(entry.roster.id, user)
            if seat is not None:
                seat.role = command.role
            await self._desk.publish(placed, entry.roster)
        return Done(id=command.id)

    async def mute(self, actor: Actor, command: ConversationMute) -> Done:
        """By owners and moderators. The muted one sees until when."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        user = UserId(command.user)
        await self._desk.outside.store.mute(entry.act, user, command.until)
        seat = self._desk.rosters.handle_seat(entry.roster.id, user)
        if seat is not None:
            seat.muted_until = command.until
        self._desk.tell_silence(entry.roster, [user])
        await self._desk.show([user], entry.roster.id)
        return Done(id=command.id)
