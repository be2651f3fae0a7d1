"""Who is here: computed over all sessions of a person, told to those who watch and may see it.

The truth about sessions, idleness and calls is in memory. That about status texts, absence by choice and when people
were here last is in the store, and in memory while it matters to anyone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import msgspec

from tureen.model.actor import Actor
from tureen.model.ids import SessionId, UserId
from tureen.model.texts import NUL
from tureen.people.background import Background
from tureen.people.directory import PeopleDirectory
from tureen.people.last_seen import LastSeen
from tureen.people.limits import MAX_WATCHED
from tureen.people.presence_news import PresenceNews
from tureen.people.presence_state import Subject, Watch, Watcher
from tureen.people.privacy import View
from tureen.people.records import Known, StatusRecord
from tureen.people.storable import is_storable
from tureen.people.store import PeopleStore
from tureen.ports import Clock, Mailroom
from tureen.protocol.commands import PresenceSet, PresenceUnwatch, PresenceWatch
from tureen.protocol.errors import CommandError, ErrorCode, invalid, not_found
from tureen.protocol.events import PersonChanged
from tureen.protocol.replies import Done, Presences


class PresenceBoard:
    """Implements `tureen.ports.SessionListener` and `tureen.ports.Busy`. Answers the commands ``presence.*``."""

    def __init__(
        self, store: PeopleStore, directory: PeopleDirectory, mailroom: Mailroom, clock: Clock, background: Background
    ) -> None:
        self._store = store
        self._directory = directory
        self._mailroom = mailroom
        self._clock = clock
        self._background = background
        self._last_seen = LastSeen(store, background)
        self._news = PresenceNews(clock, mailroom)
        self._subjects: dict[UserId, Subject] = {}
        self._watchers: dict[SessionId, Watcher] = {}

    # --- sessions and calls -----------------------------------------------------------------------------------

    def handle_session_opened(self, actor: Actor) -> None:
        """See `tureen.ports.SessionListener`. Guests of rooms, who may not connect as people, are nobody here."""
        if not actor.grant.people.connect:
            return
        watcher = self._watchers.get(actor.session)
        if watcher is not None:
            watcher.actor = actor
            self._news.handle_reopened(watcher)
            return
        self._watchers[actor.session] = Watcher(actor)
        subject = self._subject(actor.user)
        subject.sessions[actor.session] = False
        self._news.tell_of(subject)
        if not subject.loaded:
            self._background(self._load(actor.user))

    def handle_idle(self, actor: Actor, *, idle: bool) -> None:
        """Nobody uses this device for the moment, or somebody does again."""
        subject = self._subjects.get(actor.user)
        if subject is not None and subject.sessions.get(actor.session, idle) is not idle:
            subject.sessions[actor.session] = idle
            self._news.tell_of(subject)

    def handle_session_dropped(self, actor: Actor) -> None:
        """Nothing that others would see: the grace runs."""

    def handle_session_closed(self, actor: Actor) -> None:
        """See `tureen.ports.SessionListener`."""
        watcher = self._watchers.pop(actor.session, None)
        if watcher is None:
            return
        self._news.forget(watcher)
        for watch in watcher.watches.values():
            del watch.subject.watches[actor.session]
            self._release(watch.subject)
        watcher.watches.clear()
        subject = self._subject(actor.user)
        subject.sessions.pop(actor.session, None)
        if not subject.sessions:
            now = round(self._clock.now() * 1000)
            subject.status = msgspec.structs.replace(subject.status, last_seen_at=now)
            self._last_seen.save(subject, now, self._release)
        self._news.tell_of(subject)
        self._release(subject)

    def handle_busy(self, user: UserId, *, busy: bool) -> None:
        """See `tureen.ports.Busy`."""
        subject = self._subject(user)
        if subject.busy is not busy:
            subject.busy = busy
            self._news.tell_of(subject)
        self._release(subject)

    # --- commands ---------------------------------------------------------------------------------------------

    async def set(self, actor: Actor, command: PresenceSet) -> Done:
        """Of this device and this person."""
        if command.status_text is not None and not is_storable([command.status_text]):
            raise invalid("The status text holds a character that cannot be stored (U+0000).")
        if command.away is not None or command.status_text is not None:
            async with self._held([actor.user]) as (subject,):
                saved = await self._store.save_status(actor.user, away=command.away, text=command.status_text)
                if saved is None:
                    raise not_found("person")
                subject.status = msgspec.structs.replace(saved, last_seen_at=subject.status.last_seen_at)
                self._news.tell_of(subject)
        if command.idle is not None:
            self.handle_idle(actor, idle=command.idle)
        return Done(id=command.id)

    async def watch(self, actor: Actor, command: PresenceWatch) -> Presences:
        """Whoever does not exist, or hides, is left out of the answer and not watched."""
        wanted = [UserId(user) for user in dict.fromkeys(command.users) if NUL not in user]
        self._check_room(actor, wanted)
        async with self._held(wanted) as subjects:
            known = await self._directory.known([actor.user, *wanted])
            # From here on nothing is awaited: what is known stays true until the watches stand.
            watcher = self._check_room(actor, wanted)
            if watcher is None:
                return Presences(id=command.id, presences=[])
            own = known.get(actor.user)
            watches = [
                self._watch(watcher, subject, known[subject.user].view_for(actor.user, own))
                for subject in subjects
                if subject.user in known and known[subject.user].shows_profile_to(actor.user)
            ]
            return Presences(id=command.id, presences=[watch.heard for watch in watches])

    async def unwatch(self, actor: Actor, command: PresenceUnwatch) -> Done:
        """Of whoever is not watched, nothing changes."""
        watcher = self._watchers.get(actor.session)
        for user in command.users:
            watch = watcher.watches.pop(UserId(user), None) if watcher is not None else None
            if watch is not None:
                del watch.subject.watches[actor.session]
                self._release(watch.subject)
        return Done(id=command.id)

    # --- what others change -----------------------------------------------------------------------------------

    def hide_from_each_other(self, one: UserId, other: UserId) -> None:
        """One blocks the other. At once, whatever the database does."""
        for watch in (*self._watches(one, other), *self._watches(other, one)):
            self._see(watch, View.HIDDEN)

    async def review_pair(self, one: UserId, other: UserId) -> None:
        """One's list says something else of the other."""
        if not (self._watches(one, other) or self._watches(other, one)):
            return
        known = await self._directory.known([one, other])
        for watch in (*self._watches(one, other), *self._watches(other, one)):
            self._review(watch, known)

    async def handle_person_changed(self, user: UserId) -> None:
        """The entry is another one: its rules, and what its watchers and its own devices show."""
        subject = self._subjects.get(user)
        if subject is None and not self._mailroom.devices(user):
            return
        watching = {watch.watcher.actor.user for watch in subject.watches.values()} if subject is not None else set()
        known = await self._directory.known([user, *watching])
        person = known.get(user)
        if person is None:
            return
        for watch in subject.watches.values() if subject is not None else ():
            if watch.watcher.actor.user in watching:
                self._review(watch, known)
        hear = [
            watcher
            for watcher in watching
            if person.shows_profile_to(watcher) and not (watcher in known and user in known[watcher].blocked)
        ]
        self._mailroom.send_to_users(dict.fromkeys([user, *hear]), PersonChanged(person=person.record.person))

    def handle_person_removed(self, user: UserId) -> None:
        """To watchers the person is offline from now on. The sessions were closed before."""
        subject = self._subjects.get(user)
        if subject is None:
            return
        subject.status = StatusRecord()
        subject.loaded = True
        for watch in subject.watches.values():
            self._see(watch, View.HIDDEN)

    # --- within -----------------------------------------------------------------------------------------------

    def _subject(self, user: UserId) -> Subject:
        subject = self._subjects.get(user)
        if subject is None:
            subject = self._subjects[user] = Subject(user)
        return subject

    def _release(self, subject: Subject) -> None:
        if not subject.needed and self._subjects.get(subject.user) is subject:
            del self._subjects[subject.user]

    @asynccontextmanager
    async def _held(self, users: Sequence[UserId]) -> AsyncIterator[list[Subject]]:
        """These people with what is stored of them; they stay until the context is left."""
        subjects = [self._subject(user) for user in users]
        for subject in subjects:
            subject.holds += 1
        try:
            missing = [subject.user for subject in subjects if not subject.loaded]
            if missing:
                stored = await self._store.statuses(missing)
                for subject in subjects:
                    if not subject.loaded:
                        subject.fill(stored.get(subject.user, StatusRecord()))
                        self._news.tell_of(subject)
            yield subjects
        finally:
            for subject in subjects:
                subject.holds -= 1
                self._release(subject)

    async def _load(self, user: UserId) -> None:
        async with self._held([user]):
            pass

    def _check_room(self, actor: Actor, wanted: Iterable[UserId]) -> Watcher | None:
        """The session, if it is still there and may watch these people too."""
        watcher = self._watchers.get(actor.session)
        if watcher is not None and len(watcher.watches.keys() | set(wanted)) > MAX_WATCHED:
            raise CommandError(
                ErrorCode.LIMIT_EXCEEDED,
                f"A session may watch {MAX_WATCHED} people.",
                "Watch those that are shown, and let the others go with presence.unwatch.",
            )
        return watcher

    def _watch(self, watcher: Watcher, subject: Subject, view: View) -> Watch:
        watch = Watch(watcher, subject, view)
        watcher.watches[subject.user] = watch
        subject.watches[watcher.actor.session] = watch
        return watch

    def _watches(self, watching: UserId, watched: UserId) -> list[Watch]:
        subject = self._subjects.get(watched)
        if subject is None:
            return []
        return [watch for watch in subject.watches.values() if watch.watcher.actor.user == watching]

    def _review(self, watch: Watch, known: Mapping[UserId, Known]) -> None:
        person, watching = known.get(watch.subject.user), watch.watcher.actor.user
        self._see(watch, View.HIDDEN if person is None else person.view_for(watching, known.get(watching)))

    def _see(self, watch: Watch, view: View) -> None:
        if watch.view is not view:
            watch.view = view
            self._news.tell_one(watch)
