"""The open calls of this owner: each in memory, ahead of the store by what is being written.

::

    event ─▶ machine ─▶ steps ─▶ store (compare-and-set) ─▶ announcer ─▶ conversation, once it has ended

A step is told to nobody before it is stored, so a restart takes back nothing that anyone has heard. Steps that come
while others are written are written together.

One owner changes a call at a time. Taking it over is a step as well (`Resume`), which raises the tenure: from then on
the compare-and-set of the owner before fails, and it lets go of the call.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from tureen.calls.announcer import Announcer
from tureen.calls.deadlines import next_deadline
from tureen.calls.events import CallEvent, Moment, Resume, Tick
from tureen.calls.machine import Step, handle
from tureen.calls.ports import CallObserver, CallTrace, Tasks, Work
from tureen.calls.record import CallRecord
from tureen.calls.settings import CallSettings, milliseconds
from tureen.calls.store import CallStore
from tureen.calls.views import view
from tureen.calls.watchers import Watchers
from tureen.errors import TureenError
from tureen.model.ids import CallId, UserId
from tureen.ports import Clock, Timer
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import CallEnd


class OpenCall:
    """One call and how far it is stored."""

    def __init__(self, record: CallRecord, stored: CallRecord | None = None) -> None:
        """``stored``: None of one that is not stored yet."""
        self.record = record
        """As of the last event."""
        self.stored = stored
        """As everyone knows it."""
        self.steps: list[Step] = []
        """Not stored yet, in order."""
        self.work: Work | None = None
        self.timer: Timer | None = None
        self.retry: Timer | None = None
        self.is_put_away = False
        """Nothing is left to do."""
        self.resumed: Resume | None = None
        """How it was taken over from another owner."""
        self.losses = 0
        """How often steps were dropped, as another owner was ahead of us."""

    @property
    def stored_version(self) -> int:
        """0: none."""
        return 0 if self.stored is None else self.stored.version


class Ledger:
    """Finds open calls, changes them, and sees to it that every change is stored and told."""

    def __init__(
        self,
        store: CallStore,
        clock: Clock,
        tasks: Tasks,
        *,
        announcer: Announcer,
        watchers: Watchers,
        trace: CallTrace,
        observer: CallObserver,
        settings: CallSettings,
    ) -> None:
        """See `tureen.ports` and `calls.ports`."""
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._announcer = announcer
        self._watchers = watchers
        self._trace = trace
        self._observer = observer
        self._settings = settings
        self._calls: dict[CallId, OpenCall] = {}
        self._by_user: dict[UserId, dict[CallId, OpenCall]] = {}
        self._closed = False

    def __len__(self) -> int:
        return len(self._calls)

    def moment(self) -> Moment:
        """Now."""
        settings = self._settings
        return Moment(
            now=milliseconds(self._clock.now()),
            ring=milliseconds(settings.ring_s),
            delivery=milliseconds(settings.delivery_s),
            connect=milliseconds(settings.connect_s),
            direct=milliseconds(settings.direct_s),
            reconnect=milliseconds(settings.reconnect_s),
            legs_per_user=settings.legs_per_user,
        )

    def find(self, call: CallId) -> OpenCall | None:
        """One that is open, or has ended and is not put away yet."""
        return self._calls.get(call)

    def of_user(self, user: UserId) -> list[OpenCall]:
        """Open calls that this person may know of."""
        return [call for call in self._by_user.get(user, {}).values() if call.record.is_open]

    def visible_to(self, user: UserId) -> list[OpenCall]:
        """The same, and those of groups in which this person is."""
        watched = [call for name in self._watchers.calls_of(user) if (call := self.find(name)) is not None]
        return list(dict.fromkeys([*self.of_user(user), *(call for call in watched if call.record.is_open)]))

    def begin(self, first: Step, event: CallEvent, members: Iterable[UserId]) -> OpenCall:
        """Takes in a call that just began, and what happens to it at once. ``members``: of its group as it is now."""
        self._watchers.begin(first.record, members)
        call = OpenCall(first.record)
        call.steps.append(first)
        self._calls[first.record.id] = call
        self._index(call)
        self.apply(call, event)
        return call

    def resume(self, record: CallRecord, event: Resume, members: Iterable[UserId]) -> None:
        """Takes over an open call from the store, and does what became due meanwhile. ``members``: as for `begin`."""
        if record.id in self._calls:
            return
        self._watchers.begin(record, members)
        call = OpenCall(record, record)
        call.resumed = event
        self._calls[record.id] = call
        self._announcer.note_members(record)
        self.apply(call, event)
        self.apply(call, Tick())

    def apply(self, call: OpenCall, event: CallEvent) -> int:
        """Lets something happen to a call. Returns the version with which that is told: see `settled`."""
        step = handle(call.record, event, self.moment())
        if step.record is not call.record:
            call.record = step.record
            call.steps.append(step)
            self._index(call)
        self._arm(call)
        self._pump(call)
        return call.record.version

    async def settled(self, call: OpenCall, version: int) -> CallRecord:
        """Waits until this version is stored; the result is the newest one that is.

        Raises `CommandError`: ``unavailable`` if it could not be stored yet, or never will be.
        """
        losses = call.losses
        if call.stored_version < version:
            self._pump(call)
            if call.work is not None:
                await call.work.wait()
        if call.losses != losses or call.stored is None or call.stored_version < version:
            raise CommandError(
                ErrorCode.UNAVAILABLE,
                "The call could not be stored now.",
                "Send the command again, and look at the call: it may have been carried out by then.",
                retry_after_ms=milliseconds(self._settings.retry_s),
            )
        return call.stored

    async def put_away_late(self, record: CallRecord) -> None:
        """Records the trace of a call that ended when nobody could; if that fails again, the next restart tries it."""
        try:
            await self._put_away(record)
        except TureenError as error:
            self._observer.handle_call_not_stored(record.id, error)

    def close(self) -> None:
        """Stops all timers. Open calls stay in the store, for whoever resumes them."""
        self._closed = True
        for call in self._calls.values():
            _cancel(call)

    def _pump(self, call: OpenCall) -> None:
        over = call.stored is not None and not call.stored.is_open and not call.is_put_away
        if call.work is None and not self._closed and (call.steps or over):
            call.work = self._tasks.start(self._flush(call))

    async def _flush(self, call: OpenCall) -> None:
        try:
            await self._write(call)
            if call.stored is not None and not call.stored.is_open:
                if call.stored.end is not CallEnd.GLARE:
                    await self._put_away(call.stored)
                call.is_put_away = True
                self._forget(call)
        except TureenError as error:
            self._observer.handle_call_not_stored(call.record.id, error)
            self._try_later(call)
        finally:
            call.work = None

    async def _put_away(self, record: CallRecord) -> None:
        # A call that could ring nobody is its caller's business alone: a trace would reach who lets nothing through.
        if any(party.reachable for party in record.parties if party.user != record.caller):
            await self._trace.record_call(view(record))
        await self._store.mark_traced(record.id)

    async def _write(self, call: OpenCall) -> None:
        while call.steps:
            steps = tuple(call.steps)
            newest = steps[-1].record
            if not await self._store.save(newest, call.stored_version):
                there = await self._store.load(newest.id)
                steps = _up_to(steps, there)
                if not steps:
                    self._give_up(call, there)
                    continue
            del call.steps[: len(steps)]
            call.stored = steps[-1].record
            for step in steps:
                self._announcer.deliver(step)

    def _give_up(self, call: OpenCall, there: CallRecord | None) -> None:
        """None of our steps is in the store: somebody else was quicker. Nobody was told of them."""
        call.steps.clear()
        call.losses += 1
        if call.resumed is None or there is None or not there.is_open or there.tenure >= call.record.tenure:
            self._observer.handle_call_lost_to_other(call.record.id)
            self._forget(call)
            return
        # The owner before came in between: taken over once more, from where it is now.
        call.record = call.stored = there
        self._announcer.note_members(there)
        self.apply(call, call.resumed)

    async def _settle_doubt(self, call: OpenCall) -> None:
        """Of a call whose beginning failed: if it is in the store it has begun, otherwise it never was."""
        try:
            begun = await self._store.load(call.record.id) is not None
        except TureenError as error:
            self._observer.handle_call_not_stored(call.record.id, error)
            self._try_later(call)
        else:
            if begun:
                await self._flush(call)
            else:
                call.steps.clear()
                self._forget(call)
        finally:
            call.work = None

    def _try_later(self, call: OpenCall) -> None:
        if not self._closed:
            call.retry = self._clock.call_later(self._settings.retry_s, partial(self._retry, call))

    def _retry(self, call: OpenCall) -> None:
        if call.stored is not None:
            self._pump(call)
        elif call.work is None and not self._closed:
            call.work = self._tasks.start(self._settle_doubt(call))

    def _arm(self, call: OpenCall) -> None:
        if call.timer is not None:
            call.timer.cancel()
            call.timer = None
        deadline = next_deadline(call.record)
        if deadline is not None and not self._closed and self._calls.get(call.record.id) is call:
            delay_s = max(0.0, deadline / 1000 - self._clock.now())
            call.timer = self._clock.call_later(delay_s, partial(self._handle_deadline, call))

    def _handle_deadline(self, call: OpenCall) -> None:
        call.timer = None
        self.apply(call, Tick())

    def _index(self, call: OpenCall) -> None:
        for party in call.record.parties:
            if party.reachable:
                self._by_user.setdefault(party.user, {})[call.record.id] = call

    def _forget(self, call: OpenCall) -> None:
        _cancel(call)
        self._calls.pop(call.record.id, None)
        self._announcer.forget_members(call.record)
        self._watchers.end(call.record)
        for party in call.record.parties:
            calls = self._by_user.get(party.user, {})
            calls.pop(call.record.id, None)
            if not calls:
                self._by_user.pop(party.user, None)


def _up_to(steps: tuple[Step, ...], there: CallRecord | None) -> tuple[Step, ...]:
    """Those that are in the store after all: the confirmation of an earlier try was lost."""
    for index, step in enumerate(steps):
        if step.record == there:
            return steps[: index + 1]
    return ()


def _cancel(call: OpenCall) -> None:
    for timer in (call.timer, call.retry):
        if timer is not None:
            timer.cancel()
    call.timer = call.retry = None
