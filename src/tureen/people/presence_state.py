"""What presence keeps in memory: people, and who watches them.

::

    Watcher (a session) ──┬── Watch ──▶ Subject (a person: sessions, busy, status)
                          └── Watch ──▶ Subject
"""

from __future__ import annotations

import msgspec

from tureen.model.actor import Actor
from tureen.model.ids import SessionId, UserId
from tureen.people.privacy import View
from tureen.people.records import StatusRecord
from tureen.protocol.resources import Availability, Presence


class Subject:
    """A person who is connected, busy or watched."""

    __slots__ = ("_shown", "busy", "holds", "loaded", "sessions", "status", "user", "watches")

    def __init__(self, user: UserId) -> None:
        self.user = user
        self.sessions: dict[SessionId, bool] = {}
        """Whether each one is idle."""
        self.busy = False
        self.status = StatusRecord()
        self.loaded = False
        """Whether the status is what is stored, not only what happened since."""
        self.watches: dict[SessionId, Watch] = {}
        self.holds = 0
        """Of those who work on it just now."""
        self._shown: dict[View, Presence] = {}

    @property
    def availability(self) -> Availability:
        """Over all sessions."""
        if self.busy:
            return Availability.BUSY
        if not self.sessions:
            return Availability.OFFLINE
        if self.status.away or all(self.sessions.values()):
            return Availability.AWAY
        return Availability.ONLINE

    @property
    def needed(self) -> bool:
        """Whether there is anything to remember, or anyone to tell."""
        return bool(self.sessions or self.busy or self.watches or self.holds)

    def shown(self, view: View) -> Presence:
        """What someone with this view sees."""
        presence = self._shown.get(view)
        if presence is None:
            presence = self._shown[view] = self._show(view)
        return presence

    def changed(self) -> None:
        """After each change of what others may see."""
        self._shown.clear()

    def fill(self, stored: StatusRecord) -> None:
        """Adds what is stored to what has happened since; once, for later on the memory is newer."""
        self.loaded = True
        self.status = msgspec.structs.replace(
            stored, last_seen_at=max(stored.last_seen_at or 0, self.status.last_seen_at or 0) or None
        )
        self.changed()

    def _show(self, view: View) -> Presence:
        if view is View.HIDDEN:
            return Presence(user=self.user, availability=Availability.OFFLINE)
        availability = self.availability
        tells_last_seen = availability is Availability.OFFLINE and view is View.FULL
        return Presence(
            user=self.user,
            availability=availability,
            status_text=self.status.text,
            last_seen_at=self.status.last_seen_at if tells_last_seen else None,
        )


class Watch:
    """One session's interest in one person."""

    __slots__ = ("heard", "subject", "view", "watcher")

    def __init__(self, watcher: Watcher, subject: Subject, view: View) -> None:
        self.watcher = watcher
        self.subject = subject
        self.view = view
        self.heard = subject.shown(view)
        """What the session was told last."""

    @property
    def shown(self) -> Presence:
        """What it should know."""
        return self.subject.shown(self.view)


class Watcher:
    """A session."""

    __slots__ = ("actor", "pending", "watches")

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.watches: dict[UserId, Watch] = {}
        self.pending: dict[UserId, None] = {}
        """People of whom there may be news, in the order in which they came."""
