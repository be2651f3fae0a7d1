"""Events that are stored go out to the members, in the order of their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from tureen.messaging.attachment_views import AttachmentViews
from tureen.messaging.hot_window import HotWindow
from tureen.messaging.keys import room_of
from tureen.messaging.roster import Roster, Rosters
from tureen.messaging.store import MessagingStore
from tureen.model.ids import ConversationId, RoomName, UserId
from tureen.ports import Mailroom, RoomMessages
from tureen.protocol.events import ConversationEvent, Deleted, Edited, Posted
from tureen.protocol.resources import ConversationKind

_FILL = 200


class Receivers(Struct, frozen=True):
    """Where events go."""

    mailroom: Mailroom
    rooms: RoomMessages | None = None


class Outgoing:
    """Publishes each event once, after its commit."""

    def __init__(
        self,
        store: MessagingStore,
        rosters: Rosters,
        hot: HotWindow,
        receivers: Receivers,
        views: AttachmentViews,
    ) -> None:
        self._store = store
        self._rosters = rosters
        self._hot = hot
        self._mailroom = receivers.mailroom
        self._rooms = receivers.rooms
        self._views = views

    async def publish(self, event: ConversationEvent, roster: Roster | None = None) -> None:
        """Returns when the event has been handed to the mailroom. ``roster``: as the writer of the event knew it.

        Writes return in the order of their commits, so with a roster this waits for nothing as a rule. Where an event
        before this one is missing (whoever wrote it went away before the publication), it is read and goes first.
        """
        conversation = ConversationId(event.conversation)
        roster = self._rosters.peek(conversation) or roster or await self._rosters.get(conversation)
        if roster is None:
            return
        last = self._hot.last_seq(conversation)
        if last is None or event.seq == last + 1:
            self._send(event, roster)
            return
        while last is not None and last < event.seq:
            found = await self._store.events(conversation, last, _FILL)
            for each in await self._views.fresh_events(found):
                if each.seq == (self._hot.last_seq(conversation) or each.seq - 1) + 1:
                    self._send(each, roster)
            now = self._hot.last_seq(conversation)
            if now == last:
                # It was deleted meanwhile: the newer ones go on without it, and receivers see the gap.
                self._hot.forget(conversation)
                self._send(event, roster)
                return
            last = now

    def _send(self, event: ConversationEvent, roster: Roster) -> None:
        self._hot.push(event)
        roster.handle_event(event.seq)
        self._rosters.handle_event(roster.id, event.seq)
        if self._rooms is not None and roster.kind is ConversationKind.ROOM:
            _tell_room(self._rooms, room_of(roster.key), event)
        if not event.command:
            self._mailroom.send_to_users(roster.seats, event)
            return
        sender = UserId(event.sender)
        self._mailroom.send_to_users(roster.others(sender), structs.replace(event, command=""))
        if sender in roster.seats:
            self._mailroom.send_to_users((sender,), event)


def _tell_room(rooms: RoomMessages, room: RoomName, event: ConversationEvent) -> None:
    if isinstance(event.event, Posted):
        rooms.handle_posted(room, event.event.message, event.command)
    elif isinstance(event.event, (Edited, Deleted)):
        rooms.handle_changed(room, event)


def for_reader(events: Sequence[ConversationEvent], user: UserId) -> list[ConversationEvent]:
    """As this user may see them: commands are of their own devices only."""
    return [
        event if not event.command or event.sender == user else structs.replace(event, command="") for event in events
    ]
