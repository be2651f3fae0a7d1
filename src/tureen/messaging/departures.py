"""Whoever is removed from the server is in no conversation any more."""

from __future__ import annotations

from tureen.messaging.desk import Desk
from tureen.messaging.records import Act, Departure
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.resources import MemberRole

_PAGE = 100


class Departures:
    """Goes from one conversation to the next, each a transaction of its own; what is done may be done again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def take_out(self, user: UserId) -> None:
        """Out of groups and rooms, whose members hear of it. A conversation of two stays the other one's: both names
        make it what it is, and what was written stays with them.
        """
        after = ConversationId("")
        while page := await self._desk.outside.store.conversations_of(user, after, _PAGE):
            for conversation in page:
                after = conversation
                act = Act(user=user, conversation=conversation, command=None, at=self._desk.outside.now())
                departure = await self._desk.outside.store.take_out(act)
                if departure is not None:
                    await self._tell(conversation, departure)

    async def _tell(self, conversation: ConversationId, departure: Departure) -> None:
        if departure.heir is not None and departure.succession is not None:
            seat = self._desk.rosters.handle_seat(conversation, departure.heir)
            if seat is not None:
                seat.role = MemberRole.OWNER
            await self._desk.publish(departure.succession)
        await self._desk.let_go(departure.membership)
