"""Who may come in: what a token gives, and what a membership does."""

from __future__ import annotations

from msgspec import Struct, structs

from tureen.messaging import rules
from tureen.messaging.keys import room_key
from tureen.messaging.outside import Outside
from tureen.messaging.records import Act, Seat
from tureen.messaging.roster import Roster, Rosters
from tureen.model.actor import Actor
from tureen.model.ids import ConversationId, UserId
from tureen.model.texts import NUL
from tureen.protocol.errors import forbidden, not_found
from tureen.protocol.resources import ConversationKind, MemberRole

_NOWHERE = ""
"""No conversation has this key."""


class Entry(Struct, frozen=True, kw_only=True):
    """Somebody has come into a conversation."""

    act: Act
    roster: Roster
    role: MemberRole
    seat: Seat | None
    """None: the token alone gives the right, without a membership."""

    def check_may_write(self) -> None:
        """Raises `CommandError` for the muted."""
        rules.check_may_write(self.act, self.seat)

    def of_command(self, command: str) -> Act:
        """The act, answered as before if the command is repeated."""
        return structs.replace(self.act, command=command)


class Gate:
    """Asks memory first. The store asks again where something changes."""

    def __init__(self, outside: Outside, rosters: Rosters) -> None:
        self._outside = outside
        self._rosters = rosters

    def act(self, actor: Actor, conversation: ConversationId, command: str | None = None) -> Act:
        """What the token gives, before anything is known of the conversation."""
        grant = actor.grant
        return Act(
            user=actor.user,
            conversation=conversation,
            command=command,
            at=self._outside.now(),
            authority=MemberRole.OWNER if grant.people.admin else None,
            moderates_key=room_key(grant.room.room) if grant.room.admin and grant.room.room else None,
            only_key=self.only_key(actor),
            # An application that acts in somebody's name has another one.
            name=grant.name.replace(NUL, "") if UserId(grant.identity) == actor.user else "",
        )

    async def enter(self, actor: Actor, conversation: str) -> Entry:
        """Raises `CommandError`: the same for what does not exist and for what is not one's own."""
        act = self.act(actor, ConversationId(conversation))
        roster = await self._rosters.get(act.conversation)
        seat = None if roster is None else roster.seats.get(actor.user)
        if roster is None:
            raise not_found("conversation")
        role = rules.check_role(act, roster.key, None if seat is None else seat.role)
        return Entry(act=act, roster=roster, role=role, seat=seat)

    def only_key(self, actor: Actor) -> str | None:
        """The one conversation of a token that only joins a room; None: all of which one is a member."""
        grant = actor.grant
        if grant.people.connect or grant.people.admin:
            return None
        return room_key(grant.room.room) if grant.room.join and grant.room.room else _NOWHERE

    def check_person(self, actor: Actor) -> None:
        """Who only joins a room meets nobody outside of it. Raises `CommandError`."""
        if not (actor.grant.people.connect or actor.grant.people.admin):
            raise forbidden("This token is for one room.", "Ask for a token with the claim people.connect.")

    def check_may_send(self, actor: Actor) -> None:
        """A token for one room may forbid it to send data there. Raises `CommandError`."""
        if self.only_key(actor) is not None and not actor.grant.room.publish_data:
            raise forbidden("This token does not allow to write.", "Ask for a token with canPublishData.")

    def check_room(self, actor: Actor, room: str) -> None:
        """Whoever may join a room has part in its conversation. Raises `CommandError`."""
        grant = actor.grant
        if grant.people.admin:
            return
        if not (grant.room.join and grant.room.room == room):
            raise not_found("conversation")
        if grant.room.hidden:
            raise forbidden("A hidden participant is no member of the room's conversation.")

    async def check_reachable(self, sender: UserId, roster: Roster) -> None:
        """Of two people, neither may block the other. Raises `CommandError`.

        It is refused in plain words rather than taken in silence: a message that nobody will ever get would stand in
        the history of one side only, and histories are the same for all. The words are those for everyone who cannot be
        written to, whether they block, left, or let only contacts write.
        """
        if roster.kind is not ConversationKind.DIRECT:
            return
        others = list(roster.others(sender))
        if others and len(await self._outside.directory.reachable(sender, others)) < len(others):
            raise forbidden("This person cannot be written to.")

    async def are_apart(self, one: UserId, roster: Roster) -> bool:
        """Of two people, neither can be reached by the other: one blocks the other, as a rule."""
        reachable, others = self._outside.directory.reachable, list(roster.others(one))
        if roster.kind is not ConversationKind.DIRECT or await reachable(one, others):
            return False
        return not any([await reachable(other, [one]) for other in others])
