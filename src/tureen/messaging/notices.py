"""A message reaches those who are not connected as a notice."""

from __future__ import annotations

from tureen.messaging.outside import Outside
from tureen.messaging.roster import Roster
from tureen.model.ids import UserId
from tureen.ports import PushNotice
from tureen.protocol.events import ConversationEvent, Posted
from tureen.protocol.resources import ConversationKind

_BODY_CHARACTERS = 120
_KEPT_S = 24 * 60 * 60


class Notices:
    """In large groups only for those who are mentioned, in rooms for nobody: who is not there misses nothing."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def tell(self, roster: Roster, event: ConversationEvent) -> None:
        """Of a message that was posted."""
        happening, push = event.event, self._outside.push
        if push is None or roster.kind is ConversationKind.ROOM or not isinstance(happening, Posted):
            return
        message, sender = happening.message, UserId(event.sender)
        if not (message.text or message.attachments):
            return
        concerned = roster.others(sender) if roster.is_small else (UserId(user) for user in message.mentions)
        absent = [user for user in concerned if user != sender and not self._outside.mailroom.devices(user)]
        if not absent:
            return
        person = (await self._outside.directory.find([sender])).get(sender)
        push.notify(
            absent,
            PushNotice(
                kind="message",
                title=(person.name if person else "") or sender,
                body=message.text[:_BODY_CHARACTERS],
                about=roster.id,
                expires_at=self._outside.clock.now() + _KEPT_S,
            ),
        )
