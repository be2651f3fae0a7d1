"""What is kept of people."""

from __future__ import annotations

import enum

import msgspec
from msgspec import Struct

from tureen.model.ids import UserId
from tureen.people.privacy import Audience, PrivacyRules, View
from tureen.protocol.resources import Person


class Source(enum.StrEnum):
    """Whose word an entry is."""

    APPLICATION = "application"
    """Uploaded or changed by it: tokens change nothing any more."""
    TOKEN = "token"  # noqa: S105 - a name, no secret
    """Read from a token; a newer one may say otherwise."""


class PersonRecord(Struct, frozen=True, kw_only=True):
    """An entry of the directory."""

    user: UserId
    name: str = ""
    avatar: str = ""
    attributes: dict[str, str] = {}
    searchable: tuple[str, ...] = ()
    """Attributes that the search looks at, beside the name."""
    privacy: PrivacyRules = PrivacyRules()
    source: Source = Source.APPLICATION
    changed_at: int = 0
    """Unix milliseconds."""
    call_waiting: bool | None = None
    """Whether a second call rings while the person is in one; None: nobody has chosen, the setting holds."""

    @property
    def person(self) -> Person:
        """As clients see it."""
        return Person(id=self.user, name=self.name, avatar=self.avatar, attributes=self.attributes)

    def after_token(self, said: PersonRecord) -> PersonRecord:
        """The entry after a token that says ``said``: of the application's entries nothing changes."""
        if self.source is Source.APPLICATION:
            return self
        after = msgspec.structs.replace(
            self,
            name=said.name or self.name,
            avatar=said.avatar or self.avatar,
            attributes=said.attributes,
            changed_at=said.changed_at,
        )
        return self if self.says_the_same(after) else after

    def after_upload(self, said: PersonRecord) -> PersonRecord:
        """The entry after an upload of ``said``, which leaves the choice of call waiting where it makes none."""
        return said if said.call_waiting is not None else msgspec.structs.replace(said, call_waiting=self.call_waiting)

    def says_the_same(self, other: PersonRecord) -> bool:
        """Whether both differ in their time at most."""
        return all(getattr(self, field) == getattr(other, field) for field in _CONTENT)


_CONTENT = tuple(field for field in PersonRecord.__struct_fields__ if field != "changed_at")


class StatusRecord(Struct, frozen=True, kw_only=True):
    """What is kept of a person's presence."""

    away: bool = False
    """By choice."""
    text: str = ""
    last_seen_at: int | None = None
    """Unix milliseconds."""


class ContactRecord(Struct, frozen=True, kw_only=True):
    """An entry of someone's list."""

    user: UserId
    added_at: int
    """Unix milliseconds."""
    listed: bool
    """False: it is here for the block alone, and goes with it."""
    blocked: bool
    person: PersonRecord | None = None
    """None: there is no such person, or not any more."""
    listed_by: bool = False
    """Whether this person has the owner on their list, and does not block them."""


class Known(Struct, frozen=True, kw_only=True):
    """A person with the people on their list: what decides who may see and reach them."""

    record: PersonRecord
    contacts: frozenset[UserId] = frozenset()
    """Without those who are blocked."""
    blocked: frozenset[UserId] = frozenset()

    @property
    def user(self) -> UserId:
        """Whose entry it is."""
        return self.record.user

    def admits(self, audience: Audience, other: UserId) -> bool:
        """Whether this person counts another one among an audience."""
        return (
            audience is Audience.EVERYONE
            or other == self.user
            or (audience is Audience.CONTACTS and other in self.contacts)
        )

    def shows_profile_to(self, other: UserId) -> bool:
        """Whether there is such a person to another one. Blocks do not matter: they are not to be noticed."""
        return self.admits(self.record.privacy.profile, other)

    def lets_reach(self, sender: UserId, sender_known: Known | None) -> bool:
        """Whether this person may be called by, and hear from, another one, of whom ``sender_known`` is the entry."""
        return not blocked_between(sender, sender_known, self) and self.admits(self.record.privacy.reach, sender)

    def view_for(self, watcher: UserId, watcher_known: Known | None) -> View:
        """How much of this person's presence another one sees, of whom ``watcher_known`` is the entry."""
        privacy = self.record.privacy
        if (
            blocked_between(watcher, watcher_known, self)
            or not self.shows_profile_to(watcher)
            or not self.admits(privacy.presence, watcher)
        ):
            return View.HIDDEN
        return View.FULL if self.admits(privacy.last_seen, watcher) else View.PRESENCE


def blocked_between(one: UserId, one_known: Known | None, other: Known) -> bool:
    """Whether either of two people blocks the other."""
    return one in other.blocked or (one_known is not None and other.user in one_known.blocked)
