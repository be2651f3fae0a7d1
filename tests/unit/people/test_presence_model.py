"""Whatever happens in whatever order: at rest every watcher knows what it may know, no less and no more."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.unit.people.building import Town, run
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules
from tureen.protocol.commands import (
    ContactsAdd,
    ContactsBlock,
    ContactsRemove,
    PresenceSet,
    PresenceUnwatch,
    PresenceWatch,
)
from tureen.protocol.events import PresenceChanged
from tureen.protocol.resources import Availability, Presence

USERS = ("ann", "ben", "cleo")
DEVICES = ("phone", "laptop")

users = st.sampled_from(USERS)
devices = st.sampled_from(DEVICES)
audiences = st.sampled_from(Audience)


@dataclass
class OpenSession:
    actor: Actor
    connected: bool = True
    idle: bool = False
    heard: dict[str, Presence] = field(default_factory=dict)


@dataclass
class Inhabitant:
    exists: bool = False
    rules: PrivacyRules = field(default_factory=PrivacyRules)
    contacts: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    away: bool = False
    text: str = ""
    last_seen: int | None = None

    def admits(self, audience: Audience, user: str, other: str) -> bool:
        if other == user or audience is Audience.EVERYONE:
            return True
        return audience is Audience.CONTACTS and other in self.contacts - self.blocked


class PresenceModel(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.town = Town(eager=False)
        self.people = {user: Inhabitant() for user in USERS}
        self.sessions: dict[tuple[str, str], OpenSession] = {}
        self.busy: set[str] = set()
        self.commands = 0

    def teardown(self) -> None:
        self.come_to_rest()
        self.town.close()

    # --- what happens -----------------------------------------------------------------------------------------

    @initialize()
    def everyone_watches_everyone(self) -> None:
        for user in USERS:
            self.connect(user, "phone", watches=False)
        for user in USERS:
            self.watch(user, "phone", list(USERS))

    @rule(user=users, device=devices, watches=st.booleans())
    def connect(self, user: str, device: str, watches: bool) -> None:
        self.people[user].exists = True
        actor = self.town.connect(user, device)
        session = self.sessions.setdefault((user, device), OpenSession(actor))
        session.connected = True
        if watches:
            self.watch(user, device, list(USERS))

    @rule(user=users, device=devices)
    def drop(self, user: str, device: str) -> None:
        session = self.sessions.get((user, device))
        if session is not None:
            self.listen(session)
            self.town.drop(session.actor)
            session.connected = False

    @rule(user=users, device=devices)
    def close(self, user: str, device: str) -> None:
        session = self.sessions.pop((user, device), None)
        if session is not None:
            self.town.end(session.actor)
            if not self.sessions_of(user):
                self.people[user].last_seen = self.now()

    @rule(user=users, device=devices, idle=st.booleans())
    def turn_idle(self, user: str, device: str, idle: bool) -> None:
        session = self.connected(user, device)
        if session is not None:
            self.town.ask(session.actor, PresenceSet(id=self.id(), idle=idle))
            session.idle = idle

    @rule(user=users, away=st.sampled_from([None, True, False]), text=st.sampled_from([None, "", "at lunch"]))
    def set_status(self, user: str, away: bool | None, text: str | None) -> None:
        session = self.any_connected(user)
        if session is not None:
            self.town.ask(session.actor, PresenceSet(id=self.id(), away=away, status_text=text))
            inhabitant = self.people[user]
            inhabitant.away = inhabitant.away if away is None else away
            inhabitant.text = inhabitant.text if text is None else text

    @rule(user=users, busy=st.booleans())
    def call(self, user: str, busy: bool) -> None:
        self.town.people.presence.handle_busy(UserId(user), busy=busy)
        (self.busy.add if busy else self.busy.discard)(user)

    @rule(owner=users, other=users, blocked=st.booleans())
    def block(self, owner: str, other: str, blocked: bool) -> None:
        session = self.any_connected(owner)
        if session is not None and owner != other:
            self.town.ask(session.actor, ContactsBlock(id=self.id(), user=other, blocked=blocked))
            inhabitant = self.people[owner]
            (inhabitant.blocked.add if blocked else inhabitant.blocked.discard)(other)

    @rule(owner=users, other=users)
    def add_contact(self, owner: str, other: str) -> None:
        session = self.any_connected(owner)
        if session is not None and owner != other and self.sees(owner, other):
            self.town.ask(session.actor, ContactsAdd(id=self.id(), user=other))
            self.people[owner].contacts.add(other)

    @rule(owner=users, other=users)
    def remove_contact(self, owner: str, other: str) -> None:
        session = self.any_connected(owner)
        if session is not None and owner != other:
            self.town.ask(session.actor, ContactsRemove(id=self.id(), user=other))
            self.people[owner].contacts.discard(other)
            self.people[owner].blocked.discard(other)

    @rule(user=users, profile=audiences, presence=audiences, last_seen=audiences)
    def upload(self, user: str, profile: Audience, presence: Audience, last_seen: Audience) -> None:
        rules = PrivacyRules(profile=profile, presence=presence, last_seen=last_seen)
        self.town.upload(PersonRecord(user=UserId(user), privacy=rules))
        self.people[user].exists = True
        self.people[user].rules = rules

    @rule(user=users)
    def remove(self, user: str) -> None:
        # A session that is closed on the way is heard to the end first.
        run(self.town.people.administration.remove([UserId(user)]))
        if self.people[user].exists:
            for device in DEVICES:
                self.sessions.pop((user, device), None)
            self.people[user] = Inhabitant()
            for other in self.people.values():
                other.contacts.discard(user)
                other.blocked.discard(user)

    @rule(user=users, device=devices, watched=st.lists(users, min_size=1))
    def watch(self, user: str, device: str, watched: list[str]) -> None:
        session = self.connected(user, device)
        if session is not None:
            self.listen(session)
            reply = self.town.ask(session.actor, PresenceWatch(id=self.id(), users=watched))
            told = {presence.user: presence for presence in reply.presences}
            assert told == {other: self.expected(user, other) for other in watched if self.sees(user, other)}
            session.heard |= told

    @rule(user=users, device=devices, watched=users)
    def unwatch(self, user: str, device: str, watched: str) -> None:
        session = self.connected(user, device)
        if session is not None:
            self.listen(session)
            self.town.ask(session.actor, PresenceUnwatch(id=self.id(), users=[watched]))
            session.heard.pop(watched, None)

    @rule(seconds=st.sampled_from([0.1, 0.25, 3.0]))
    def wait(self, seconds: float) -> None:
        self.town.clock.advance(seconds)

    @precondition(lambda self: self.town.background)
    @rule()
    def run_background(self) -> None:
        self.town.run_background()

    @rule()
    def come_to_rest(self) -> None:
        self.town.run_background()
        self.town.clock.advance(10)
        assert self.town.clock.pending == 0
        for (user, _), session in self.sessions.items():
            if session.connected:
                self.listen(session)
                assert session.heard == {other: self.expected(user, other) for other in session.heard}

    @invariant()
    def nobody_hears_of_whom_they_do_not_watch(self) -> None:
        for session in self.sessions.values():
            if session.connected:
                self.listen(session)

    # --- what should be ---------------------------------------------------------------------------------------

    def expected(self, watcher: str, watched: str) -> Presence:
        inhabitant = self.people[watched]
        if (
            not self.sees(watcher, watched)
            or watcher in inhabitant.blocked
            or watched in self.people[watcher].blocked
            or not inhabitant.admits(inhabitant.rules.presence, watched, watcher)
        ):
            return Presence(user=watched, availability=Availability.OFFLINE)
        sessions = self.sessions_of(watched)
        if watched in self.busy:
            availability = Availability.BUSY
        elif not sessions:
            availability = Availability.OFFLINE
        elif inhabitant.away or all(session.idle for session in sessions):
            availability = Availability.AWAY
        else:
            availability = Availability.ONLINE
        shows = availability is Availability.OFFLINE and inhabitant.admits(inhabitant.rules.last_seen, watched, watcher)
        return Presence(
            user=watched,
            availability=availability,
            status_text=inhabitant.text,
            last_seen_at=inhabitant.last_seen if shows else None,
        )

    def sees(self, viewer: str, other: str) -> bool:
        inhabitant = self.people[other]
        return inhabitant.exists and inhabitant.admits(inhabitant.rules.profile, other, viewer)

    def listen(self, session: OpenSession) -> None:
        if not session.connected:
            return
        for event in self.town.take(session.actor):
            if isinstance(event, PresenceChanged):
                for presence in event.presences:
                    assert presence.user in session.heard
                    assert presence != session.heard[presence.user], "told twice"
                    session.heard[presence.user] = presence

    def connected(self, user: str, device: str) -> OpenSession | None:
        session = self.sessions.get((user, device))
        return session if session is not None and session.connected else None

    def any_connected(self, user: str) -> OpenSession | None:
        return next((each for device in DEVICES if (each := self.connected(user, device)) is not None), None)

    def sessions_of(self, user: str) -> list[OpenSession]:
        return [self.sessions[user, device] for device in DEVICES if (user, device) in self.sessions]

    def now(self) -> int:
        return round(self.town.clock.now() * 1000)

    def id(self) -> str:
        self.commands += 1
        return f"c{self.commands}"


PresenceModel.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestPresenceModel = PresenceModel.TestCase
