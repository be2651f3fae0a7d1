"""Commands that wait for the database side by side: at rest everyone has heard what lists and rules now say."""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.unit.people.building import Town, actor
from tests.unit.people.turns import SlowDatabase, Turns
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules
from tureen.people.records import StatusRecord
from tureen.protocol.commands import (
    Command,
    ContactsAdd,
    ContactsBlock,
    ContactsRemove,
    PresenceSet,
    PresenceUnwatch,
    PresenceWatch,
)
from tureen.protocol.errors import CommandError
from tureen.protocol.events import PresenceChanged
from tureen.protocol.resources import Presence

USERS = ("ann", "ben")

T = TypeVar("T")

users = st.sampled_from(USERS)
audiences = st.sampled_from(Audience)


class Interleavings(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.database = SlowDatabase()
        self.town = Town(eager=False, database=self.database)
        self.turns = Turns()
        self.heard: dict[str, dict[str, Presence]] = {user: {} for user in USERS}

    def teardown(self) -> None:
        self.come_to_rest()
        self.town.close()

    @initialize()
    def everyone_is_there(self) -> None:
        for user in USERS:
            self.connect(user)
            self.turns.finish()
        for user in USERS:
            self.watch(user, list(USERS))
        self.turns.finish()

    @rule(user=users)
    def connect(self, user: str) -> None:
        self.turns.begin(self.join(actor(user)))

    @rule(user=users)
    def close(self, user: str) -> None:
        one = self.town.actors.get((user, "phone"))
        if one is not None:
            self.heard[user].clear()
            self.town.end(one)
            self.begin_background()

    @rule(user=users, watched=st.lists(users, min_size=1))
    def watch(self, user: str, watched: list[str]) -> None:
        one = self.town.actors.get((user, "phone"))
        if one is not None:
            self.turns.begin(self.hear(one, PresenceWatch(id="1", users=watched)))

    @rule(user=users, watched=users)
    def unwatch(self, user: str, watched: str) -> None:
        one = self.town.actors.get((user, "phone"))
        if one is not None:
            self.listen(one)
            self.heard[user].pop(watched, None)
            self.turns.begin(self.send(user, PresenceUnwatch(id="1", users=[watched])))

    @rule(user=users, away=st.booleans(), text=st.sampled_from(["", "at lunch"]))
    def set_status(self, user: str, away: bool, text: str) -> None:
        self.turns.begin(self.send(user, PresenceSet(id="1", away=away, status_text=text)))

    @rule(owner=users, other=users, blocked=st.booleans())
    def block(self, owner: str, other: str, blocked: bool) -> None:
        self.turns.begin(self.send(owner, ContactsBlock(id="1", user=other, blocked=blocked)))

    @rule(owner=users, other=users, listed=st.booleans())
    def list_contact(self, owner: str, other: str, listed: bool) -> None:
        command = ContactsAdd(id="1", user=other) if listed else ContactsRemove(id="1", user=other)
        self.turns.begin(self.send(owner, command))

    @rule(user=users, presence=audiences, last_seen=audiences)
    def upload(self, user: str, presence: Audience, last_seen: Audience) -> None:
        record = PersonRecord(user=UserId(user), privacy=PrivacyRules(presence=presence, last_seen=last_seen))
        self.turns.begin(self.town.people.administration.upload([record]))

    @rule(choices=st.lists(st.integers(0, 9), min_size=1, max_size=4))
    def go_on(self, choices: list[int]) -> None:
        for choice in choices:
            self.turns.step(choice)
        self.begin_background()

    @rule(seconds=st.sampled_from([0.1, 0.25, 2.0]))
    def wait(self, seconds: float) -> None:
        self.town.clock.advance(seconds)

    @rule()
    def come_to_rest(self) -> None:
        self.turns.finish()
        while self.town.background:
            self.begin_background()
            self.turns.finish()
        self.town.clock.advance(10)
        for (user, _), one in self.town.actors.items():
            self.listen(one)
            assert self.heard[user] == self.truth(user, self.heard[user])

    def truth(self, watcher: str, watched: dict[str, Presence]) -> dict[str, Presence]:
        """By what is stored, read anew."""
        ids = [UserId(user) for user in USERS]
        known = self.finished(self.town.store.known(ids))
        stored = self.finished(self.town.store.statuses(ids))
        shown = {}
        for user in watched:
            subject = self.town.people.presence._subjects[UserId(user)]
            assert subject.status == stored.get(UserId(user), StatusRecord())
            assert bool(subject.sessions) == ((user, "phone") in self.town.actors)
            view = known[UserId(user)].view_for(UserId(watcher), known[UserId(watcher)])
            shown[user] = subject.shown(view)
        return shown

    def finished(self, coroutine: Coroutine[Any, Any, T]) -> T:
        result: list[T] = []

        async def keep() -> None:
            result.append(await coroutine)

        self.turns.begin(keep())
        self.turns.finish()
        return result[0]

    async def join(self, one: Actor) -> None:
        await self.town.people.admit(one.grant)
        self.town.actors[one.user, one.device] = one
        self.town.mailroom.connected.setdefault((one.user, one.device), [])
        self.town.people.presence.handle_session_opened(one)
        self.begin_background()

    async def send(self, user: str, command: Command) -> None:
        one = self.town.actors.get((user, "phone"))
        if one is not None:
            with contextlib.suppress(CommandError):
                await self.town.handlers[type(command)](one, command)

    async def hear(self, one: Actor, command: PresenceWatch) -> None:
        reply = await self.town.people.presence.watch(one, command)
        if (one.user, one.device) in self.town.actors:
            self.listen(one)
            self.heard[one.user] |= {presence.user: presence for presence in reply.presences}

    def listen(self, one: Actor) -> None:
        for event in self.town.take(one):
            if isinstance(event, PresenceChanged):
                self.heard[one.user] |= {presence.user: presence for presence in event.presences}

    def begin_background(self) -> None:
        while self.town.background:
            self.turns.begin(self.town.background.popleft())


Interleavings.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestInterleavings = Interleavings.TestCase
