"""Between rooms and their conversations: what programs write in a room is kept, and what is kept reaches programs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from tureen.auth.tokens import MAX_USER_CHARACTERS
from tureen.doors.loop_tasks import LoopTasks
from tureen.doors.native.dispatch import storage_refusal
from tureen.model.actor import Actor
from tureen.model.ids import DeviceId, Identity, RoomName, SessionId, UserId
from tureen.ports import Handlers, RetoldText, Revoked, RoomReaders, Silence, TextChange, WrittenText
from tureen.protocol.commands import ConversationRoom, MessageDelete, MessageEdit, MessageSend
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.events import ConversationEvent, Deleted, Edited
from tureen.protocol.replies import ConversationAnswered
from tureen.protocol.resources import Message
from tureen.server.room_silence import Look, RoomSilence
from tureen.server.room_users import user_of
from tureen.server.told_texts import ToldText, ToldTexts

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

ATTEMPTS: Final = 5
WAITING_TEXTS: Final = 100
"""Of one writer in one room; a program may send them faster than they are stored."""

_OWN = "room:"
"""Begins the commands by which texts of rooms are kept; no client can choose such an id."""
_DEVICE = DeviceId("room:")
_SESSION = SessionId("SE_room")


class RoomChatBridge:
    """Implements `ports.RoomChat` for doors and `ports.RoomMessages` for messaging. Whoever writes is checked there."""

    def __init__(
        self, tasks: LoopTasks, revoked: Revoked, pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        """``tasks`` end before the database is closed; ``pause`` lets so many seconds pass."""
        self._tasks = tasks
        self._revoked = revoked
        self._pause = pause
        self._silence = RoomSilence(tasks, pause)
        self._handlers: Handlers = {}
        self._readers: list[RoomReaders] = []
        self._told = ToldTexts()
        self._waiting: dict[tuple[str, str], deque[WrittenText]] = {}

    def use(self, handlers: Handlers, look: Look) -> None:
        """Of messaging; ``look`` says who is silenced."""
        self._handlers = handlers
        self._silence.use(look)

    def enter(self, room: RoomName, identity: Identity) -> Silence:
        """See `ports.RoomChat`."""
        return self._silence.enter(room, identity)

    def handle_silence_changed(self, room: RoomName, users: Sequence[UserId]) -> None:
        """See `ports.RoomMessages`."""
        self._silence.handle_changed(room, users)

    def attach(self, readers: RoomReaders) -> None:
        """A door whose rooms have people that read no conversations."""
        self._readers.append(readers)

    def handle_posted(self, room: RoomName, message: Message, command: str) -> None:
        """See `ports.RoomMessages`. What came from the room is known there."""
        own = command.startswith(_OWN)
        self._told.add(room, message, command.removeprefix(_OWN) if own else message.id)
        if own:
            return
        for readers in self._readers:
            readers.tell(room, message)

    def handle_changed(self, room: RoomName, event: ConversationEvent) -> None:
        """See `ports.RoomMessages`. Those in the room know nothing of a message that is no longer remembered."""
        assert isinstance(event.event, (Edited, Deleted))  # noqa: S101 - as the port says
        text = event.event.text if isinstance(event.event, Edited) else None
        known = self._told.change(event.event.message, event.event.version, text)
        if known is None or event.command.startswith(_OWN):
            return
        retold = RetoldText(sender=known.writer, id=known.name, sent_at=known.sent_at, at=event.at, text=text)
        for readers in self._readers:
            readers.retell(room, retold)

    def handle_written(self, written: WrittenText) -> None:
        """See `ports.RoomChat`."""
        key = (written.room, written.writer.identity)
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = deque([written])
            self._tasks.start(self._keep_all(key, waiting))
        elif len(waiting) < WAITING_TEXTS:
            waiting.append(written)
        else:
            _log_lost(written, "Too many texts of this writer wait.")

    async def _keep_all(self, key: tuple[str, str], waiting: deque[WrittenText]) -> None:
        try:
            while waiting:
                await self._keep(waiting[0])
                waiting.popleft()
        finally:
            del self._waiting[key]

    async def _keep(self, written: WrittenText) -> None:
        """Stores a text, once, however often it has to be tried."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._post(written)
            except CommandError as refusal:
                error = refusal
            except Exception as failure:  # noqa: BLE001 - a mistake costs this text, not those that wait
                known = storage_refusal(failure)
                if known is None:
                    _log.exception("text of a room not kept", room=written.room, participant=written.writer.identity)
                    return
                error = known
            else:
                return
            if not error.meaning.retryable or attempt == ATTEMPTS:
                _log_lost(written, str(error))
                return
            await self._pause((error.retry_after_ms or 1_000) / 1_000)

    async def _post(self, written: WrittenText) -> None:
        user = user_of(written.writer.identity)
        if user is None:
            raise invalid("Conversations do not know such an identity.", f"Use 1 to {MAX_USER_CHARACTERS} characters.")
        if self._revoked.is_revoked(written.writer):
            # While the text waited.
            raise CommandError(ErrorCode.REVOKED, "The token was revoked.")
        actor = Actor(user=user, device=_DEVICE, session=_SESSION, grant=written.writer)
        command = f"{_OWN}{written.id}"
        known = self._told.find(written.room, written.writer.identity, written.id)
        if written.change is not TextChange.NEW or known is not None:
            # A text under an id that has one already: LiveKit's components take it for an edit.
            await self._change(actor, written, known)
            return
        # Whoever may join a room has part in its conversation, from the first word on.
        join = ConversationRoom(id=f"{command} join", room=written.room)
        room = await self._handlers[ConversationRoom](actor, join)
        assert isinstance(room, ConversationAnswered)  # noqa: S101 - as the protocol says
        send = MessageSend(id=command, conversation=room.conversation.id, text=written.text)
        await self._handlers[MessageSend](actor, send)

    async def _change(self, actor: Actor, written: WrittenText, known: ToldText | None) -> None:
        """``known``: what the writer wrote under this id themselves; nobody else's is ever found."""
        if known is None:
            raise CommandError(ErrorCode.NOT_FOUND, "This writer has no such text.")
        if known.says(written.text) and written.change is not TextChange.DELETE:
            return
        command = f"{_OWN}{written.id} {known.version}"
        change: MessageDelete | MessageEdit
        if written.change is TextChange.DELETE:
            change = MessageDelete(id=command, conversation=known.conversation, message=known.message)
        else:
            change = MessageEdit(
                id=command,
                conversation=known.conversation,
                message=known.message,
                version=known.version,
                text=written.text,
            )
        await self._handlers[type(change)](actor, change)


def _log_lost(written: WrittenText, reason: str) -> None:
    _log.info("text of a room not kept", room=written.room, participant=written.writer.identity, reason=reason)
