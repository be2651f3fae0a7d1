"""Commands that wait for their answers, over any number of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from tureen.client.errors import ClientError, NotConnectedError
from tureen.protocol.commands import Command, Ping, SignalSend, Typing
from tureen.protocol.replies import AnyReply

MAX_COMMANDS = 1_000
MAX_BYTES = 4 * 1024 * 1024

OF_THE_MOMENT = (Ping, SignalSend, Typing)
"""Worth nothing later: refused while there is no connection, and never sent again."""


class _Waiting(msgspec.Struct, eq=False):
    frame: bytes
    answer: asyncio.Future[AnyReply]
    of_the_moment: bool


class Pending:
    """Bounded in number and bytes. Frames are kept until they are answered, in the order in which they were put in."""

    def __init__(self) -> None:
        self._waiting: dict[str, _Waiting] = {}
        self._bytes = 0

    def put(self, command: Command) -> tuple[bytes, asyncio.Future[AnyReply]]:
        """The frame to send, and the answer to come. Raises `NotConnectedError` if too much waits already."""
        frame = msgspec.json.encode(command)
        if len(self._waiting) >= MAX_COMMANDS or self._bytes + len(frame) > MAX_BYTES:
            raise NotConnectedError("Too many commands wait for an answer.", "Wait for some of them first.")
        answer: asyncio.Future[AnyReply] = asyncio.get_running_loop().create_future()
        self._waiting[command.id] = _Waiting(frame, answer, isinstance(command, OF_THE_MOMENT))
        self._bytes += len(frame)
        return frame, answer

    def answer(self, reply: AnyReply) -> None:
        """A reply came; of a command that nobody waits for any more it is ignored."""
        waiting = self._drop(reply.id)
        if waiting is not None and not waiting.answer.done():
            waiting.answer.set_result(reply)

    def forget(self, command_id: str) -> None:
        """Whoever asked waits no longer; the command is not sent again."""
        self._drop(command_id)

    def frames(self) -> Iterator[bytes]:
        """What a new connection has to send again."""
        return iter([waiting.frame for waiting in self._waiting.values()])

    def handle_disconnected(self) -> None:
        """What is worth nothing later fails now."""
        for command_id in [key for key, waiting in self._waiting.items() if waiting.of_the_moment]:
            self._fail(command_id, NotConnectedError("The connection was lost.", "It is made again by itself."))

    def fail_all(self, error: ClientError) -> None:
        """The client is over."""
        for command_id in list(self._waiting):
            self._fail(command_id, error)

    def _fail(self, command_id: str, error: ClientError) -> None:
        waiting = self._drop(command_id)
        if waiting is not None and not waiting.answer.done():
            waiting.answer.set_exception(error)

    def _drop(self, command_id: str) -> _Waiting | None:
        waiting = self._waiting.pop(command_id, None)
        if waiting is not None:
            self._bytes -= len(waiting.frame)
        return waiting
