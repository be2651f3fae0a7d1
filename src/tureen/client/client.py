"""The client as programs use it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import aiohttp
import msgspec

from tureen.client.conversation_order import ConversationOrder, Verdict
from tureen.client.errors import ClientError, NotConnectedError, RefusedError
from tureen.client.link import Incoming, Link, LinkSettings
from tureen.client.listener import Listener
from tureen.client.pending import Pending
from tureen.client.upload import PIECE_S, Upload
from tureen.protocol.commands import (
    Command,
    ConversationCreate,
    ConversationDirect,
    ConversationRoom,
    EventsGet,
    HistoryGet,
    MessageSend,
    Position,
    SignalSend,
    StateGet,
    StateSet,
    UploadCreate,
)
from tureen.protocol.events import AnyEvent, ConversationEvent, ConversationGone, Gap
from tureen.protocol.replies import (
    ConversationAnswered,
    Done,
    Events,
    Failed,
    Messages,
    Reply,
    Sent,
    StateEntry,
    States,
    Welcome,
)
from tureen.protocol.replies import Upload as UploadPlace
from tureen.protocol.resources import Attachment, Conversation, Custom, Message

R = TypeVar("R", bound=Reply)

ANSWER_S = 30.0
"""How long to wait for an answer, reconnections included."""
FILL_PAGE = 200


class Client:
    """One device of one person. Made by `connect`."""

    def __init__(self, settings: LinkSettings, positions: Sequence[Position]) -> None:
        """``positions``: where to go on; empty: from now on."""
        self._order = ConversationOrder(list(positions))
        self._pending = Pending()
        self._url = settings.url.replace("ws", "http", 1) if settings.url.startswith("ws") else settings.url
        self._link = Link(settings, lambda: self._order.positions)
        self._listeners: set[Listener] = set()
        self._welcomed: asyncio.Future[Welcome] = asyncio.get_running_loop().create_future()
        self._welcome: Welcome | None = None
        self._filling: dict[str, list[ConversationEvent]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def user(self) -> str:
        """Who this is to others."""
        if self._welcome is None:
            raise NotConnectedError("The client has not been connected yet.", "Wait for `connect`.")
        return self._welcome.me.id

    @property
    def positions(self) -> list[Position]:
        """Worth keeping: handed to `connect` again, a program that was restarted misses nothing."""
        return self._order.positions

    # --- commands ---------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """For a command."""
        return secrets.token_urlsafe(12)

    async def request(self, command: Command, reply: type[R], timeout_s: float | None = ANSWER_S) -> R:
        """Any command. Raises `RefusedError`, or `NotConnectedError` if no answer came in time; None: wait for it."""
        frame, answer = self._pending.put(command)
        try:
            await self._link.send(frame)
            async with asyncio.timeout(timeout_s):
                received = await answer
        except TimeoutError as error:
            raise NotConnectedError(f"No answer came within {timeout_s} s.", "Ask again with the same id.") from error
        finally:
            self._pending.forget(command.id)
        if isinstance(received, Failed):
            raise RefusedError(received)
        if not isinstance(received, reply):
            raise ClientError(f"The server answered {type(received).__name__} to {type(command).__name__}.")
        return received

    async def send(
        self,
        conversation: str,
        text: str = "",
        *,
        custom: Custom | None = None,
        mentions: Sequence[str] = (),
        attachments: Sequence[str] = (),
        reply_to: str | None = None,
        thread: str | None = None,
        patience_s: float | None = ANSWER_S,
    ) -> Sent:
        """Writes a message; returns once it is stored. Ids of people, of files that are ready, of messages.

        ``patience_s``: how long it may wait for a connection and its answer; None: as long as it takes.
        """
        command = MessageSend(
            id=self.new_id(),
            conversation=conversation,
            text=text,
            custom=custom,
            mentions=list(mentions),
            attachments=list(attachments),
            reply_to=reply_to,
            thread=thread,
        )
        return await self.request(command, Sent, patience_s)

    async def upload(self, conversation: str, file: Path | bytes, name: str = "") -> Attachment:
        """Sends a file for a message there; returns once the server has examined it: `send` takes its ``id``.

        ``name``: a path has one of its own. What arrived stays there over drops. Raises `RefusedError`, as for a file
        that is too large or not what its name says; `NotConnectedError`.
        """
        source: BinaryIO
        if isinstance(file, Path):
            name, source = name or file.name, await asyncio.to_thread(file.open, "rb")
        else:
            source = io.BytesIO(file)
        with source:
            size = await asyncio.to_thread(source.seek, 0, io.SEEK_END)
            command = UploadCreate(id=self.new_id(), conversation=conversation, name=name, size_bytes=size)
            place = await self.request(command, UploadPlace)
            timeout = aiohttp.ClientTimeout(total=PIECE_S)
            async with aiohttp.ClientSession(self._url, timeout=timeout) as session:
                return await Upload(session, place.url, source, size=size, chunk=place.chunk_bytes).run()

    async def direct(self, user: str) -> Conversation:
        """The conversation with somebody."""
        return await self._conversation(ConversationDirect(id=self.new_id(), user=user))

    async def room(self, room: str) -> Conversation:
        """The conversation of a room."""
        return await self._conversation(ConversationRoom(id=self.new_id(), room=room))

    async def create(self, title: str, users: Sequence[str]) -> Conversation:
        """A new group."""
        return await self._conversation(ConversationCreate(id=self.new_id(), title=title, users=list(users)))

    async def history(self, conversation: str, *, before: int | None = None, limit: int = 50) -> list[Message]:
        """A page of messages, oldest first; without ``before`` the newest ones."""
        command = HistoryGet(id=self.new_id(), conversation=conversation, before=before, limit=limit)
        return (await self.request(command, Messages)).messages

    async def set_state(self, conversation: str, key: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        """Only the last value counts; ``None`` removes the key. ``value``: anything that msgspec encodes."""
        data = msgspec.Raw(msgspec.json.encode(value))
        await self.request(StateSet(id=self.new_id(), conversation=conversation, key=key, data=data), Done)

    async def states(self, conversation: str) -> list[StateEntry]:
        """All keys and values."""
        return (await self.request(StateGet(id=self.new_id(), conversation=conversation), States)).states

    async def signal(self, conversation: str, name: str, value: Any = None) -> None:  # noqa: ANN401 - any JSON
        """To those who are there now; never stored."""
        data = msgspec.Raw(msgspec.json.encode(value))
        await self.request(SignalSend(id=self.new_id(), conversation=conversation, name=name, data=data), Done)

    # --- events -----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def listen(self) -> AsyncIterator[Listener]:
        """Events from now on, those of a conversation in order and each once. Several may listen."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    # --- life -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Keeps the connection until it is cancelled, or raises `SignedOutError`."""
        error: ClientError | None = None
        try:
            await self._link.run(self._receive, self._pending.handle_disconnected)
        except ClientError as raised:
            error = raised
            raise
        finally:
            self._end(error)

    async def welcomed(self) -> Welcome:
        """Waits for the first connection."""
        return await asyncio.shield(self._welcomed)

    def _end(self, error: ClientError | None) -> None:
        for task in self._tasks:
            task.cancel()
        if not self._welcomed.done():
            self._welcomed.set_exception(error or NotConnectedError("The client was closed."))
            self._welcomed.exception()
        self._pending.fail_all(error or NotConnectedError("The client was closed."))
        for listener in self._listeners:
            listener.end(error)

    async def _conversation(self, command: Command) -> Conversation:
        conversation = (await self.request(command, ConversationAnswered)).conversation
        if self._order.position(conversation.id) is None:
            # Whatever comes from now on follows its head.
            self._order.jump(
                Gap(conversation=conversation.id, epoch=conversation.epoch, head_seq=conversation.head_seq)
            )
        return conversation

    def _receive(self, message: Incoming) -> None:
        match message:
            case Welcome():
                self._welcome = message
                if not self._welcomed.done():
                    self._welcomed.set_result(message)
                self._spawn(self._send_again())
            case Reply():
                self._pending.answer(message)
            case ConversationEvent():
                self._take(message)
            case Gap():
                self._order.jump(message)
                self._hand_on(message)
            case ConversationGone():
                self._order.forget(message.conversation)
                self._hand_on(message)
            case _:
                self._hand_on(message)

    async def _send_again(self) -> None:
        for frame in self._pending.frames():
            await self._link.send(frame)

    def _take(self, event: ConversationEvent) -> None:
        waiting = self._filling.get(event.conversation)
        if waiting is not None:
            waiting.append(event)
            return
        match self._order.judge(event):
            case Verdict.TAKE:
                self._order.take(event)
                self._hand_on(event)
            case Verdict.FILL:
                self._filling[event.conversation] = [event]
                self._spawn(self._fill(event.conversation))
            case Verdict.DROP:
                pass

    async def _fill(self, conversation: str) -> None:
        """Asks for what is missing before the events that wait, and hands all on in order."""
        try:
            while (held := self._order.position(conversation)) is not None:
                command = EventsGet(
                    id=self.new_id(), conversation=conversation, epoch=held.epoch, after=held.seq, limit=FILL_PAGE
                )
                page = await self.request(command, Events)
                for event in page.events:
                    if self._order.judge(event) is Verdict.TAKE:
                        self._order.take(event)
                        self._hand_on(event)
                if not page.recovered:
                    self._give_up(conversation)
                if len(page.events) < FILL_PAGE:
                    break
        except ClientError:
            self._give_up(conversation)
        finally:
            for event in self._filling.pop(conversation, []):
                self._take(event)

    def _give_up(self, conversation: str) -> None:
        """Goes on with the events that wait."""
        first = self._filling[conversation][0]
        gap = Gap(conversation=conversation, epoch=first.epoch, head_seq=first.seq - 1)
        self._order.jump(gap)
        self._hand_on(gap)

    def _hand_on(self, event: AnyEvent) -> None:
        for listener in self._listeners:
            listener.put(event)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


@contextlib.asynccontextmanager
async def connect(
    url: str,
    token: str | Callable[[], Awaitable[str]],
    *,
    device: str,
    client: str = "tureen-python",
    positions: Sequence[Position] = (),
) -> AsyncIterator[Client]:
    """A connected client. Raises `SignedOutError` if the server will not have the token.

    ``token``: or a function that gives a fresh one, which is asked before each connection. ``device``: letters, digits,
    ``-`` and ``_``; keep it, so that a restarted program is the same device.
    """

    async def given() -> str:
        return token if isinstance(token, str) else await token()

    settings = LinkSettings(url=url, device=device, client=client, token=given, fresh_tokens=not isinstance(token, str))
    made = Client(settings, positions)
    running = asyncio.create_task(made.run())
    try:
        await made.welcomed()
        yield made
    finally:
        running.cancel()
        await asyncio.wait({running})
