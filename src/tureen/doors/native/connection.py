"""What is said over one connection: hello first, then commands, a bounded number at a time."""

from __future__ import annotations

import asyncio
import enum
import re
from collections import deque
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog

from tureen.doors.native.dispatch import failed
from tureen.doors.native.services import NativeServices
from tureen.doors.native.socket import NativeSocket
from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.ports import Timer
from tureen.protocol.codec import command_id_untrusted, decode_command_untrusted
from tureen.protocol.commands import Command, Hello, MessageSend, Ping, TokenRefresh
from tureen.protocol.errors import CommandError, invalid
from tureen.protocol.events import Event, Goodbye, GoodbyeReason
from tureen.protocol.replies import Done, Failed, Reply
from tureen.signaling import CloseCode, Seen, Session, TokenBucket

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

_COMMAND_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ConnectionState(enum.Enum):
    """Where a connection is in its life."""

    SILENT = "silent"
    """It has not said hello."""
    GREETED = "greeted"
    """It has; what comes after that waits until it is let in."""
    OPEN = "open"
    CLOSED = "closed"


class Connection:
    """Implements `SocketListener`. Replies go to the session, so that they reach the device wherever it is by then."""

    __slots__ = (
        "_backlog",
        "_bearer",
        "_bucket",
        "_hello_timer",
        "_refusals",
        "_sends",
        "_services",
        "_session",
        "_socket",
        "_state",
        "_under_way",
        "_writable",
    )

    def __init__(self, services: NativeServices, socket: NativeSocket, bearer: str) -> None:
        """``bearer``: the token of the upgrade request's ``Authorization``; may be empty."""
        self._services = services
        self._socket = socket
        self._bearer = bearer
        self._state = ConnectionState.SILENT
        self._session: Session | None = None
        self._bucket: TokenBucket | None = None
        self._backlog: deque[bytes] | None = None
        """What was read already when too many commands were under way."""
        self._sends: deque[MessageSend] | None = None
        """Messages that wait for the one before them: those of a connection keep their order."""
        self._under_way = 0
        self._refusals = 0
        self._writable: asyncio.Event | None = None
        self._hello_timer: Timer | None = services.clock.call_later(services.settings.hello_s, self._hello_is_late)

    # --- what the socket tells --------------------------------------------------------------------------------

    def handle_text_untrusted(self, text: bytes) -> None:
        """See `SocketListener`."""
        if self._state is ConnectionState.CLOSED:
            return
        if self._has_to_wait():
            if self._backlog is None:
                self._backlog = deque()
                self._socket.pause_reading()
            self._backlog.append(text)
        else:
            self._take_untrusted(text)

    def handle_paused(self) -> None:
        """See `SocketListener`."""
        if self._session is not None and self._session.wire is self._socket:
            self._session.handle_paused()

    def handle_resumed(self) -> None:
        """See `SocketListener`."""
        if self._session is not None and self._session.wire is self._socket:
            self._session.handle_resumed()
        if self._writable is not None:
            self._writable.set()

    def handle_lost(self, *, said_goodbye: bool) -> None:
        """See `SocketListener`. What is under way goes on: its effect is wanted, and its reply is kept."""
        self._stop_hello_timer()
        self._state = ConnectionState.CLOSED
        self._backlog = None
        if self._writable is not None:
            self._writable.set()
        if self._session is not None:
            self._services.registry.handle_wire_lost(self._session, self._socket, said_goodbye=said_goodbye)

    # --- commands ---------------------------------------------------------------------------------------------

    def _take_untrusted(self, text: bytes) -> None:
        try:
            command = decode_command_untrusted(text)
        except CommandError as error:
            self._refuse_untrusted(text, error)
            return
        if self._state is ConnectionState.SILENT:
            if isinstance(command, Hello):
                self._say_hello(command)
            else:
                self._break_off(f"The first command must be hello, not {type(command).__name__}.")
        elif self._session is not None and self._may_come(self._session, command):
            self._begin(self._session, command)

    def _refuse_untrusted(self, text: bytes, error: CommandError) -> None:
        command_id = command_id_untrusted(text)
        if self._state is ConnectionState.SILENT or command_id is None or not _COMMAND_ID.fullmatch(command_id):
            self._break_off(error.message)
            return
        if self._count_refusal():
            self._answer(failed(command_id, error))

    def _may_come(self, session: Session, command: Command) -> bool:
        services = self._services
        now, rates = services.clock.now(), services.rates_of(session.actor.grant)
        if self._bucket is None:
            self._bucket = rates.new_bucket(now)
        try:
            rates.check(session.actor.user, self._bucket, command, now)
        except CommandError as error:
            if self._count_refusal():
                self._answer(failed(command.id, error))
            return False
        self._refusals = 0
        return True

    def _count_refusal(self) -> bool:
        """False if these were too many in a row, and the connection is closed."""
        self._refusals += 1
        if self._refusals <= self._services.settings.refusals:
            return True
        self._break_off("Too many commands came that had to be refused.")
        return False

    def _begin(self, session: Session, command: Command) -> None:
        if isinstance(command, Ping):
            self._answer(Done(id=command.id))
            return
        if isinstance(command, Hello):
            self._answer(failed(command.id, invalid("This connection said hello already.")))
            return
        if isinstance(command, TokenRefresh):
            self._answer(self._services.refresh(session, command))
            return
        key = (session.actor.user, session.actor.device, command.id)
        seen = self._services.replies.begin(key, self._services.clock.now())
        if isinstance(seen, bytes):
            session.answer(self._services.repeat(seen))
        elif seen is Seen.NEVER:
            self._start(session, command)

    def _start(self, session: Session, command: Command) -> None:
        self._under_way += 1
        if not isinstance(command, MessageSend):
            self._spawn(self._carry_out(session, command))
        elif self._sends is not None:
            self._sends.append(command)
        else:
            self._sends = deque([command])
            self._spawn(self._carry_out_sends(session, self._sends))

    async def _carry_out_sends(self, session: Session, sends: deque[MessageSend]) -> None:
        try:
            while sends:
                await self._carry_out(session, sends.popleft())
        finally:
            self._sends = None

    async def _carry_out(self, session: Session, command: Command) -> None:
        try:
            await self._services.carry_out(session.actor, command)
        finally:
            self._under_way -= 1
            self._go_on()

    def _has_to_wait(self) -> bool:
        return self._state is ConnectionState.GREETED or self._under_way >= self._services.settings.commands_at_once

    def _go_on(self) -> None:
        """A command is done, or the device was let in: what was read comes next, then what is on the wire."""
        backlog = self._backlog
        while backlog and not self._has_to_wait():
            self._take_untrusted(backlog.popleft())
            if self._state is ConnectionState.CLOSED:
                return
        if backlog is not None and not backlog and self._backlog is backlog:
            self._backlog = None
            self._socket.resume_reading()

    # --- hello ------------------------------------------------------------------------------------------------

    def _say_hello(self, hello: Hello) -> None:
        self._stop_hello_timer()
        try:
            grant = self._services.check_hello(hello, self._bearer)
            self._services.check_room_to_catch_up()
        except CommandError as error:
            self._refuse_hello(hello, error)
            return
        self._bearer = ""
        self._state = ConnectionState.GREETED
        self._spawn(self._let_in(hello, grant))

    async def _let_in(self, hello: Hello, grant: Grant) -> None:
        try:
            async with self._services.turn_to_catch_up():
                missed = await self._open(hello, grant)
            # Not within the turn: a client that reads slowly would hold up others.
            if self._session is not None:
                await self._catch_up(self._session, missed)
        except CommandError as error:
            self._refuse_hello(hello, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client must not wait for ever
            self._put_off(hello, self._services.explain("hello failed", error))

    async def _open(self, hello: Hello, grant: Grant) -> Sequence[Event]:
        """Opens the session and answers `Welcome`; what the device missed is still to be sent."""
        services = self._services
        me = await services.admit(grant)
        if self._state is not ConnectionState.GREETED:
            return ()
        # It may have been revoked meanwhile.
        services.registry.check_grant(grant)
        session, resumed = services.registry.open(
            UserId(grant.identity), hello.device, grant, self._socket, hello.positions
        )
        self._session, self._state = session, ConnectionState.OPEN
        _log.info(
            "device connected", user=session.actor.user, device=session.actor.device, session=session.actor.session,
            client=hello.client, remote=self._socket.remote, resumed=resumed,
        )  # fmt: skip
        session.answer(services.registry.reply_parcel(services.welcome(hello, session.actor, me, resumed=resumed)))
        self._go_on()
        if resumed or hello.idle:
            await services.tell_idle(hello, session.actor)
        return await services.missed(session.actor, hello.positions)

    async def _catch_up(self, session: Session, missed: Sequence[Event]) -> None:
        registry = self._services.registry
        for event in missed:
            # A client that missed much gets it at its own pace.
            while self._is_current(session) and session.is_paused:
                self._writable = asyncio.Event()
                await self._writable.wait()
            if not self._is_current(session):
                return
            session.answer_missed(registry.parcel(event))
        if self._is_current(session):
            session.release()
            session.answer(self._services.synced)

    def _refuse_hello(self, hello: Hello, error: CommandError) -> None:
        if self._state is not ConnectionState.CLOSED:
            self._send(failed(hello.id, error))
            self._close(CloseCode.REFUSED, error.error_code.value)

    def _put_off(self, hello: Hello, error: CommandError) -> None:
        """For now: it may come again, with the positions that it has by then."""
        if self._session is None:
            self._refuse_hello(hello, error)
        elif self._is_current(self._session):
            retry_after_ms = error.retry_after_ms or 0
            self._services.registry.end(self._session, GoodbyeReason.RESYNC, error.message, retry_after_ms)

    def _is_current(self, session: Session) -> bool:
        return self._state is ConnectionState.OPEN and session.is_reachable and session.wire is self._socket

    def _hello_is_late(self) -> None:
        self._hello_timer = None
        self._break_off(f"No hello came within {self._services.settings.hello_s:g} s.")

    def _stop_hello_timer(self) -> None:
        if self._hello_timer is not None:
            self._hello_timer.cancel()
            self._hello_timer = None

    # --- parts ------------------------------------------------------------------------------------------------

    def _answer(self, reply: Reply) -> None:
        if self._session is not None:
            self._session.answer(self._services.registry.reply_parcel(reply))

    def _send(self, message: Failed | Goodbye) -> None:
        """Without a session."""
        self._socket.write(self._services.encode(message))

    def _break_off(self, message: str) -> None:
        """The client broke the protocol."""
        if self._session is not None:
            self._services.registry.end(self._session, GoodbyeReason.PROTOCOL, message)
            self._state = ConnectionState.CLOSED
            return
        self._send(Goodbye(reason=GoodbyeReason.PROTOCOL.value, message=message, reconnect=False))
        self._close(CloseCode.PROTOCOL, GoodbyeReason.PROTOCOL.value)

    def _close(self, code: CloseCode, reason: str) -> None:
        self._stop_hello_timer()
        self._state = ConnectionState.CLOSED
        self._socket.close(code, reason)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._services.spawn(work)
