"""A model of calls: two people who call each other on five devices, a third one whom nobody calls and who comes into
their group and out of it, commands that are lost, doubled and late, drops, slow and failing writes, deadlines, restarts
and owners that do not know that they were replaced, in any order.

However it went: no device saw a version go back, nobody saw two things of one version, every leg ended once, every call
ended for a reason and left one trace, and all who are connected agree. Who is in the group sees who is in its calls;
who is not, and never was in such a call, hears nothing of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

import hypothesis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.unit.calls.office import Device, Office
from tureen.calls import CallSettings
from tureen.calls.record import CallRecord
from tureen.calls.states import LEG_MOVES, OPEN_LEGS, LegMove, Ring
from tureen.calls.views import view
from tureen.model.ids import UserId
from tureen.protocol.commands import (
    CallAccept,
    CallConnected,
    CallDelivered,
    CallFailed,
    CallHangUp,
    CallJoin,
    CallMove,
    CallReject,
    CallRinging,
    CallStart,
    Command,
)
from tureen.protocol.errors import CommandError
from tureen.protocol.events import CallChanged, Event
from tureen.protocol.resources import Call, CallEnd, CallState, LegState, MediaPath, PartyState

WATCHER = "dora"
NAMES = (("ann", "a1"), ("ann", "a2"), ("bob", "b1"), ("bob", "b2"), ("bob", "b3"), (WATCHER, "d1"), (WATCHER, "d2"))
GROUP = "CV_group"
DEVICES = st.integers(0, len(NAMES) - 1)
COMMANDS: dict[str, Callable[[str, str, int], Command]] = {
    "delivered": lambda id_, call, _: CallDelivered(id=id_, call=call),
    "ringing": lambda id_, call, _: CallRinging(id=id_, call=call),
    "accept": lambda id_, call, _: CallAccept(id=id_, call=call),
    "reject": lambda id_, call, _: CallReject(id=id_, call=call),
    "reject here": lambda id_, call, _: CallReject(id=id_, call=call, this_device=True),
    "hang up": lambda id_, call, _: CallHangUp(id=id_, call=call),
    "join": lambda id_, call, _: CallJoin(id=id_, call=call),
    "connected": lambda id_, call, generation: CallConnected(id=id_, call=call, generation=generation),
    "failed": lambda id_, call, generation: CallFailed(id=id_, call=call, generation=generation),
    "to the room": lambda id_, call, _: CallMove(id=id_, call=call, path=MediaPath.ROOM),
    "direct": lambda id_, call, _: CallMove(id=id_, call=call, path=MediaPath.DIRECT),
}
REACHABLE = {
    state: {to for move in LegMove if (to := LEG_MOVES[move].get(state)) is not None} | {state} for state in LegState
}
"""By one move; two moves at most happen between two things that a device hears."""


class Client:
    """What one device believes, checked as it comes."""

    def __init__(self, device: Device, world: World) -> None:
        self.device = device
        self.world = world
        self.connected = False
        self.calls: dict[str, Call] = {}
        self.legs: dict[str, LegState] = {}

    def hear(self, event: Event) -> None:
        """What is wrong is kept for the test: here it would only hit the one who tells."""
        assert isinstance(event, CallChanged)
        try:
            self.see(event.call)
            if self.device.actor.user == WATCHER:
                assert event.leg is None
                assert self.world.watches or any(party.user == WATCHER for party in event.call.parties)
            if event.leg is not None:
                self.see_leg(event.call.id, LegState(event.leg))
        except AssertionError as wrong:
            self.world.wrong.append(wrong)

    def see(self, call: Call) -> None:
        known = self.calls.get(call.id)
        if known is not None:
            assert call.version >= known.version
            assert known.state is not CallState.ENDED or call == known
        assert self.world.truths.setdefault((call.id, call.version), call) == call
        self.calls[call.id] = call

    def see_leg(self, call: str, leg: LegState) -> None:
        known = self.legs.get(call, leg)
        if known not in OPEN_LEGS:
            assert leg is known
        else:
            assert any(leg in REACHABLE[between] for between in REACHABLE[known])
        self.legs[call] = leg

    def forget(self) -> None:
        """The group is theirs no more: what they are not in is of no interest."""
        for call in [call for call in self.calls.values() if not _is_inside(call, self.device.actor.user)]:
            del self.calls[call.id]

    def welcome(self, calls: list[Call]) -> None:
        for call in calls:
            self.see(call)
        open_now = {call.id for call in calls}
        for call_id in [call_id for call_id, call in self.calls.items() if call.state is not CallState.ENDED]:
            if call_id not in open_now:
                del self.calls[call_id]


class World(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.truths: dict[tuple[str, int], Call] = {}
        self.wrong: list[AssertionError] = []
        self.sent: list[tuple[int, Command]] = []
        self.running: list[asyncio.Task[Any]] = []
        self.tasks: list[Any] = []
        self.watches = True
        """The third one is in the group."""

    @initialize(call_waiting=st.booleans(), caller=DEVICES, data=st.data())
    def begin(self, call_waiting: bool, caller: int, data: st.DataObject) -> None:
        self.run(self._begin(call_waiting))
        self.start(caller, 1)
        if data.draw(st.booleans()):
            self.run(self._quiet())
        if data.draw(st.booleans()):
            self._reach_media(data.draw(DEVICES))

    @rule(index=DEVICES, kind=st.sampled_from((*COMMANDS, "start")), times=st.integers(1, 2), data=st.data())
    def command(self, index: int, kind: str, times: int, data: st.DataObject) -> None:
        known = self.known_calls()
        if kind == "start":
            self.start(index, times)
        elif known:
            # The newest ones are the ones that something happens in.
            call = known[-1] if data.draw(st.integers(0, 3)) else data.draw(st.sampled_from(known))
            seen = self.clients[index].calls.get(call)
            generation = (seen.generation if seen else 1) - data.draw(st.sampled_from((0, 0, 0, 1)))
            self.send(index, COMMANDS[kind](self.office.command_id(), call, generation), times)
        self._perhaps_run(data)

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        if self.sent:
            index, command = data.draw(st.sampled_from(self.sent))
            self.send(index, command, 1)
        self._perhaps_run(data)

    @rule(index=DEVICES, kind=st.sampled_from(("drop", "drop", "close", "open", "open", "open")), data=st.data())
    def move_device(self, index: int, kind: str, data: st.DataObject) -> None:
        client = self.clients[index]
        if kind == "open":
            self.open(index)
        elif kind == "close":
            client.connected = False
            client.device.close()
        elif client.connected:
            client.connected = False
            client.device.drop()
        self._perhaps_run(data)

    @rule(data=st.data())
    def change_group(self, data: st.DataObject) -> None:
        self.watches = not self.watches
        if self.watches:
            self.office.add(GROUP, WATCHER)
        else:
            self.office.remove(GROUP, WATCHER)
            for client in self.clients:
                if client.device.actor.user == WATCHER:
                    client.forget()
        self._perhaps_run(data)

    @rule(seconds=st.sampled_from((0.5, 1.0, 3.0, 3.0, 15.0, 20.0, 45.0)), data=st.data())
    def wait(self, seconds: float, data: st.DataObject) -> None:
        self.office.clock.advance(seconds)
        self._perhaps_run(data)

    @rule(
        kind=st.sampled_from(("failure", "silent failure", "take over", "crash", "media", "media")),
        index=DEVICES,
        data=st.data(),
    )
    def disturb(self, kind: str, index: int, data: st.DataObject) -> None:
        if kind == "failure":
            self.office.store.failures = 1
        elif kind == "silent failure":
            self.office.store.silent_failures = 1
        elif kind == "take over":
            self.run(self._take_over())
        elif kind == "media":
            self._reach_media(index)
        else:
            self.run(self._crash())
            for each in data.draw(st.sets(DEVICES)):
                self.open(each)

    @invariant()
    def nobody_heard_anything_wrong(self) -> None:
        if self.wrong:
            raise self.wrong[0]

    @invariant()
    def nothing_is_connected_before_it_was_answered(self) -> None:
        for call in self.truths.values():
            winners = [party for party in call.parties if party.device is not None]
            assert call.state in {CallState.CREATED, CallState.INVITING, CallState.RINGING, CallState.ENDED} or winners
            assert (call.state is CallState.ENDED) == (call.end is not None) == (call.ended_at is not None)

    def teardown(self) -> None:
        try:
            if hasattr(self, "office"):
                self.run(self._end())
        finally:
            self.loop.close()

    # --- how it is done ---------------------------------------------------------------------------------------

    def run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self.loop.run_until_complete(coroutine)

    def start(self, index: int, times: int) -> None:
        other = "bob" if NAMES[index][0] == "ann" else "ann"
        if NAMES[index][0] != WATCHER:
            command = CallStart(id=self.office.command_id(), users=[other], conversation=GROUP)
            self.send(index, command, times)

    def open(self, index: int) -> None:
        client = self.clients[index]
        if not client.connected:
            client.connected = True
            client.device.open()
            client.welcome(self.office.service.open_calls(client.device.actor.user))

    def _perhaps_run(self, data: st.DataObject) -> None:
        """Not at all, a little, or until all is quiet."""
        turns = data.draw(st.sampled_from((0, 1, 2, 3, 5, 8, None, None)))
        self.run(self._quiet() if turns is None else self._turns(turns))

    def _reach_media(self, index: int) -> None:
        """The newest call goes as far as it can if nothing disturbs it."""
        self.run(self._quiet())
        known = self.known_calls()
        if known:
            self.send(index, CallAccept(id=self.office.command_id(), call=known[-1]), 1)
            self.run(self._quiet())
            for each, client in enumerate(self.clients):
                seen = client.calls.get(known[-1])
                generation = seen.generation if seen else 1
                self.send(each, COMMANDS["connected"](self.office.command_id(), known[-1], generation), 1)
            self.run(self._quiet())

    def send(self, index: int, command: Command, times: int) -> None:
        """Only begins it: it is carried out between others. Who is not connected sends into the void."""
        self.sent.append((index, command))
        if self.clients[index].connected:
            self.running += [self.loop.create_task(self._carry_out(index, command)) for _ in range(times)]

    def known_calls(self) -> list[str]:
        return sorted({call for call, _ in self.truths})

    async def _begin(self, call_waiting: bool) -> None:
        self.office = Office(CallSettings(open_calls_per_user=4), call_waiting=call_waiting)
        self.office.audience.groups[GROUP] = {UserId("ann"), UserId("bob"), UserId(WATCHER)}
        self.tasks.append(self.office.tasks)
        self.clients = [Client(self.office.device(*name, connected=False), self) for name in NAMES]
        by_name = dict(zip(NAMES, self.clients, strict=True))
        self.office.mailroom.on_event = lambda user, device, event: by_name[user, device].hear(event)
        for client in self.clients:
            client.connected = True
            client.device.open()

    async def _carry_out(self, index: int, command: Command) -> None:
        with contextlib.suppress(CommandError):
            await self.clients[index].device.send(command)

    async def _turns(self, turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    async def _quiet(self) -> None:
        await asyncio.gather(*self.running)
        self.running.clear()
        for tasks in self.tasks:
            await tasks.wait_until_none()

    async def _crash(self) -> None:
        """In the middle of whatever it does."""
        self.office.service.close()
        dead = [*self.running, *self.office.tasks._running]
        for task in dead:
            task.cancel()
        await asyncio.gather(*dead, return_exceptions=True)
        self.running.clear()
        for client in self.clients:
            client.connected = False
        self.office.mailroom.connected.clear()
        await self._replace()

    async def _take_over(self) -> None:
        """The old owner was only asleep: its timers still fire, and it still writes what it was about to."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        self.running.clear()
        ledger = self.office.service._ledger
        if any(call.stored is None for call in ledger._calls.values()):
            # Nobody but the old owner knows of a call that is not stored: it would not be taken over.
            return
        await self._replace()

    async def _replace(self) -> None:
        self.office.service = self.office.new_service()
        self.tasks.append(self.office.tasks)
        await self.office.service.restore()

    async def _end(self) -> None:
        await self._quiet()
        self.office.store.failures = self.office.store.silent_failures = 0
        self.office.clock.advance(1)
        await self._quiet()
        for index in range(len(NAMES)):
            self.open(index)
        await self._quiet()
        self._check_agreement()
        for client in self.clients:
            client.device.close()
        for _ in range(4):
            self.office.clock.advance(60)
            await self._quiet()
        self._check_ends()
        self.nobody_heard_anything_wrong()

    def _check_agreement(self) -> None:
        """All who are connected see what is stored; versions that brought them nothing new may be missing."""
        records = [record for record in self.office.store.all() if record.is_open]
        stored = {record.id: view(record) for record in records}
        for record in records:
            for party in record.parties:
                assert party.rings or not any(leg.is_open for leg in party.legs)
                accepted = [leg for leg in party.legs if leg.state is LegState.ACCEPTED]
                assert len(accepted) == (party.ring is Ring.ACCEPTED)
        for client in self.clients:
            self._check_legs(client, records)
            if client.device.actor.user == WATCHER:
                self._check_watcher(client, records)
                continue
            seen = {call_id: call for call_id, call in client.calls.items() if call.state is not CallState.ENDED}
            assert seen.keys() == stored.keys()
            for call_id, call in seen.items():
                assert _content(call) == _content(stored[call_id])

    def _check_legs(self, client: Client, records: list[CallRecord]) -> None:
        actor = client.device.actor
        for record in records:
            party = record.party(actor.user)
            leg = party.leg(actor.device) if party is not None else None
            assert leg is None or client.legs[record.id] is leg.state

    def _check_watcher(self, client: Client, records: list[CallRecord]) -> None:
        seen = {call_id: call for call_id, call in client.calls.items() if call.state is not CallState.ENDED}
        parties = {record.id: record.party(UserId(WATCHER)) for record in records}
        for record in records:
            party = parties[record.id]
            if (party is not None and party.is_member) or (self.watches and party is not None):
                hypothesis.event("a watcher has become a party")
                assert _content(seen[record.id]) == _content(view(record))
            elif self.watches:
                hypothesis.event("somebody watches")
                inside = [each.user for each in seen[record.id].parties if _is_inside(seen[record.id], each.user)]
                assert inside == [each.user for each in record.members]
            else:
                assert party is not None or record.id not in seen
        assert seen.keys() <= parties.keys()

    def _check_ends(self) -> None:
        for state in {call.state for call in self.truths.values()}:
            hypothesis.event(f"a call was {state}")
        for record in self.office.store.all():
            hypothesis.event(f"a call ended: {record.end}")
            assert record.end is not None
            assert not any(leg.is_open for party in record.parties for leg in party.legs)
            accepted = [leg.state for party in record.parties for leg in party.legs].count(LegState.ACCEPTED)
            assert accepted <= 1
            traced = [call.id for call in self.office.trace.recorded].count(record.id)
            expected = 0 if record.end is CallEnd.GLARE else 1
            # Whoever takes over while a trace is being recorded may record it a second time.
            assert traced == expected or (len(self.tasks) > 1 and traced >= expected)
        assert self.office.service.open_calls(self.clients[0].device.actor.user) == []
        if len(self.tasks) == 1:
            assert self.office.busy.now() == set()
            assert self.office.clock.pending == 0


def _is_inside(call: Call, user: str) -> bool:
    inside = {PartyState.JOINED, PartyState.RECONNECTING}
    return any(party.user == user and party.state in inside for party in call.parties)


def _content(call: Call) -> Call:
    return Call(**{name: getattr(call, name) for name in call.__struct_fields__ if name != "version"}, version=0)


TestCalls = World.TestCase
TestCalls.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
