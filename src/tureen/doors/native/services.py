"""What the connections of the native door share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any

import structlog
from msgspec import Struct

from tureen.doors.native.admission import check_bearer_untrusted, check_hello
from tureen.doors.native.dispatch import Dispatcher, failed, storage_refusal
from tureen.doors.native.framing import encode_frame
from tureen.doors.native.settings import NativeDoorSettings
from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import UserId
from tureen.ports import Admission, CatchUp, Clock, OpenCalls
from tureen.protocol.commands import Command, Hello, Position, PresenceSet, TokenRefresh
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Event, Synced
from tureen.protocol.limits import MAX_FRAME_BYTES
from tureen.protocol.replies import Done, Failed, Reply, Welcome
from tureen.protocol.resources import Person
from tureen.signaling import CommandRates, KeptReplies, Parcel, Session, SessionRegistry
from tureen.signaling.guests import conversation_shown, is_guest

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

RETRY_MS = 5_000
"""After a failure that nobody foresaw."""

_SECONDS_PER_CATCH_UP = 0.001
"""What one takes, roughly, as many go on side by side: who finds no room comes back when the others had their turn."""


class Knowledge(Struct, frozen=True, kw_only=True):
    """Whom to ask what a device is told when it connects. What is absent knows nothing."""

    admission: Admission | None = None
    open_calls: OpenCalls | None = None
    catch_up: CatchUp | None = None


class NativeServices:
    """Made once; connections keep nothing of it but a reference."""

    def __init__(
        self,
        registry: SessionRegistry,
        dispatcher: Dispatcher,
        knowledge: Knowledge,
        clock: Clock,
        settings: NativeDoorSettings,
    ) -> None:
        self.registry = registry
        self.clock = clock
        self.settings = settings
        self._rates = CommandRates(settings.sessions.commands_per_second)
        self._guest_rates = CommandRates(settings.sessions.commands_per_second)
        """Apart, so that no guest uses up what a person of the same name may send."""
        self.replies = KeptReplies(settings.sessions.kept_replies_bytes)
        self.encode: Callable[[Event | Reply], bytes] = encode_frame
        self.synced = registry.parcel(Synced())
        self._dispatcher = dispatcher
        self._knowledge = knowledge
        self._catching_up = asyncio.Semaphore(settings.catch_ups_at_once)
        self._waiting_to_catch_up = 0
        self._tasks: set[asyncio.Task[None]] = set()

    # --- hello ------------------------------------------------------------------------------------------------

    def check_hello(self, hello: Hello, bearer: str) -> Grant:
        """Raises `CommandError` if whoever says this may not come in."""
        grant = check_hello(hello, bearer, self.settings.keys, self.clock.now())
        self.registry.check_grant(grant)
        return grant

    def check_room_to_catch_up(self) -> None:
        """Raises `CommandError` (``unavailable``, with a time) if too many devices connect at once."""
        if self._waiting_to_catch_up < self.settings.catch_ups_waiting:
            return
        raise CommandError(
            ErrorCode.UNAVAILABLE,
            "Too many devices connect at the moment.",
            "Connect again later.",
            retry_after_ms=int(1000 * _SECONDS_PER_CATCH_UP * self._waiting_to_catch_up),
        )

    async def admit(self, grant: Grant) -> Person:
        """Who connects. Raises `CommandError` to refuse them."""
        admission = self._knowledge.admission
        return Person(id=grant.identity, name=grant.name) if admission is None else await admission.admit(grant)

    async def tell_idle(self, hello: Hello, actor: Actor) -> None:
        """Whoever answers for presence hears of it like any other command; where nobody does, it is of no interest."""
        await self._dispatcher.carry_out(actor, PresenceSet(id=hello.id, idle=hello.idle))

    def welcome(self, hello: Hello, actor: Actor, me: Person, *, resumed: bool) -> Welcome:
        """The reply to a hello."""
        calls = self._knowledge.open_calls
        return Welcome(
            id=hello.id,
            session=actor.session,
            resumed=resumed,
            me=me,
            server_time=int(self.clock.now() * 1000),
            max_frame_bytes=MAX_FRAME_BYTES,
            grace_ms=int(self.settings.sessions.grace_s * 1000),
            calls=[] if calls is None else list(calls.open_calls(actor.user)),
            push_key=self.settings.push_key,
        )

    @contextlib.asynccontextmanager
    async def turn_to_catch_up(self) -> AsyncIterator[None]:
        """Waits while too many others catch up."""
        self._waiting_to_catch_up += 1
        try:
            async with self._catching_up:
                yield
        finally:
            self._waiting_to_catch_up -= 1

    async def missed(self, actor: Actor, positions: Sequence[Position]) -> Sequence[Event]:
        """What came after these positions."""
        catch_up = self._knowledge.catch_up
        return () if catch_up is None else await catch_up.missed(actor, positions)

    def rates_of(self, grant: Grant) -> CommandRates:
        """Those that count for the bearer."""
        return self._guest_rates if is_guest(grant) else self._rates

    def forget(self, user: UserId) -> None:
        """Nobody of this name is connected any more."""
        self._rates.forget(user)
        self._guest_rates.forget(user)

    # --- commands ---------------------------------------------------------------------------------------------

    def refresh(self, session: Session, command: TokenRefresh) -> Reply:
        """The reply to a fresh token."""
        try:
            grant = check_bearer_untrusted(command.token, self.settings.keys, self.clock.now())
            self.registry.refresh(session, grant)
        except CommandError as error:
            return failed(command.id, error)
        return Done(id=command.id)

    async def carry_out(self, actor: Actor, command: Command) -> None:
        """Has a command carried out; its reply goes to the device wherever that is connected by then."""
        key = (actor.user, actor.device, command.id)
        kept: bytes | None = None
        try:
            reply = await self._reply(actor, command)
            frame = self.encode(reply)
            kept = None if isinstance(reply, Failed) and reply.retryable else frame
        finally:
            self.replies.finish(key, kept, self.clock.now())
        self.registry.answer_device(actor.user, actor.device, Parcel(frame), conversation_shown(reply))

    async def _reply(self, actor: Actor, command: Command) -> Reply:
        try:
            # It may have waited for its turn, and a revocation takes effect at once.
            self.registry.check_grant(actor.grant)
        except CommandError as error:
            return failed(command.id, error)
        return await self._dispatcher.carry_out(actor, command)

    def repeat(self, frame: bytes) -> Parcel:
        """A reply that was kept."""
        return Parcel(frame)

    # --- work -------------------------------------------------------------------------------------------------

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Carries something out beside all else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._handle_done)

    def _handle_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self.log_defect("work failed", error)

    def explain(self, event: str, error: Exception) -> CommandError:
        """What a client is told of a failure that is logged: the database's, or a mistake of ours."""
        refusal = storage_refusal(error)
        if refusal is None:
            self.log_defect(event, error)
            refusal = CommandError(ErrorCode.INTERNAL, "The server failed.", retry_after_ms=RETRY_MS)
        return refusal

    def log_defect(self, event: str, error: Exception) -> None:
        """A mistake of ours, with its traceback."""
        _log.error(event, exc_info=error)

    async def stop(self) -> None:
        """Ends what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
