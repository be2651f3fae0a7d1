"""What watchers hear of people, and when."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import tureen.people.presence_news as presence_news
from tests.unit.doors.fakes import START
from tests.unit.people.building import Town, grant, run
from tureen.model.actor import Actor
from tureen.model.grant import PeopleGrant
from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules
from tureen.people.limits import MAX_WATCHED, PRESENCE_BATCH, PRESENCE_MANY
from tureen.protocol.commands import (
    ContactsAdd,
    ContactsBlock,
    ContactsRemove,
    PresenceSet,
    PresenceUnwatch,
    PresenceWatch,
)
from tureen.protocol.errors import ErrorCode
from tureen.protocol.events import PersonChanged, PresenceChanged
from tureen.protocol.resources import Availability, Person, Presence

ids = (f"c{number}" for number in itertools.count())


def watch(town: Town, one: Actor, *users: str) -> list[Presence]:
    reply = town.ask(one, PresenceWatch(id=next(ids), users=list(users)))
    presences: list[Presence] = reply.presences
    return presences


def put(town: Town, one: Actor, **fields: Any) -> None:
    town.ask(one, PresenceSet(id=next(ids), **fields))
    town.run_background()


def person(user: str, **rules: Audience) -> PersonRecord:
    return PersonRecord(user=UserId(user), name=user.title(), privacy=PrivacyRules(**rules))


def availabilities(presences: list[Presence]) -> list[str]:
    return [presence.availability.value for presence in presences]


@pytest.fixture
def ann(town: Town) -> Actor:
    """She watches."""
    return town.connect("ann")


class TestAvailability:
    def test_comes_and_goes_with_the_sessions(self, town: Town, ann: Actor) -> None:
        town.upload(person("ben"))
        assert availabilities(watch(town, ann, "ben")) == ["offline"]
        phone, laptop = town.connect("ben"), town.connect("ben", "laptop")
        assert availabilities(town.presences(ann)) == ["online"]
        town.end(phone)
        assert town.presences(ann) == []
        town.clock.advance(60)
        town.end(laptop)
        last_seen = round(town.clock.now() * 1000)
        assert town.presences(ann) == [Presence(user="ben", availability=Availability.OFFLINE, last_seen_at=last_seen)]

    def test_a_drop_within_the_grace_is_nobodys_business(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        watch(town, ann, "ben")
        town.drop(ben)
        assert town.presences(ann) == []
        town.connect("ben")
        assert town.presences(ann) == []

    def test_away_when_every_device_is_idle(self, town: Town, ann: Actor) -> None:
        phone, laptop = town.connect("ben"), town.connect("ben", "laptop")
        watch(town, ann, "ben")
        put(town, phone, idle=True)
        assert town.presences(ann) == []
        put(town, laptop, idle=True)
        assert availabilities(town.presences(ann)) == ["away"]
        put(town, phone, idle=False)
        assert availabilities(town.presences(ann)) == ["online"]

    def test_away_by_choice_is_of_all_devices_and_stays(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        watch(town, ann, "ben")
        put(town, ben, away=True, status_text="at lunch")
        (presence,) = town.presences(ann)
        assert (presence.availability, presence.status_text) == (Availability.AWAY, "at lunch")
        town.end(ben)
        assert availabilities(town.presences(ann)) == ["offline"]
        town.connect("ben", "laptop")
        (presence,) = town.presences(ann)
        assert (presence.availability, presence.status_text) == (Availability.AWAY, "at lunch")

    def test_what_is_absent_stays_as_before(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        put(town, ben, away=True, status_text="at lunch")
        put(town, ben, status_text="")
        put(town, ben)
        (presence,) = watch(town, ann, "ben")
        assert (presence.availability, presence.status_text) == (Availability.AWAY, "")

    def test_busy_comes_before_all_else(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        put(town, ben, away=True)
        watch(town, ann, "ben")
        town.people.presence.handle_busy(UserId("ben"), busy=True)
        assert availabilities(town.presences(ann)) == ["busy"]
        town.people.presence.handle_busy(UserId("ben"), busy=False)
        assert availabilities(town.presences(ann)) == ["away"]

    def test_status_and_last_seen_outlive_the_memory(self, town: Town) -> None:
        ben = town.connect("ben")
        put(town, ben, status_text="gone fishing")
        town.end(ben)
        town.clock.advance(3600)
        (presence,) = watch(town, town.connect("ann"), "ben")
        assert presence == Presence(
            user="ben",
            availability=Availability.OFFLINE,
            status_text="gone fishing",
            last_seen_at=round(START * 1000),
        )

    def test_guests_of_rooms_are_nobody_here(self, town: Town, ann: Actor) -> None:
        guest = town.connect("guest", people=PeopleGrant())
        assert town.refusal(guest, PresenceWatch(id="1", users=["ann"]))[0] == ErrorCode.FORBIDDEN
        town.end(guest)

    def test_a_status_that_cannot_be_stored(self, town: Town, ann: Actor) -> None:
        assert town.refusal(ann, PresenceSet(id="1", status_text="a\0b", away=True))[0] == ErrorCode.INVALID
        assert availabilities(watch(town, ann, "ann")) == ["online"]


class TestNews:
    def test_one_event_for_all_that_happens_within_a_moment(self, town: Town, ann: Actor) -> None:
        users = [f"p{number}" for number in range(20)]
        town.upload(*(person(user) for user in users))
        watch(town, ann, *users)
        for user in users:
            town.connect(user)
        town.clock.advance(0.2)
        assert town.take(ann) == []
        town.clock.advance(0.1)
        (event,) = town.take(ann)
        assert isinstance(event, PresenceChanged)
        assert sorted(presence.user for presence in event.presences) == sorted(users)

    def test_what_changes_back_within_the_moment_is_not_told(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        watch(town, ann, "ben")
        put(town, ben, away=True)
        town.clock.advance(0.1)
        put(town, ben, away=False)
        assert town.presences(ann) == []

    def test_no_event_holds_more_than_a_batch(self, town: Town, ann: Actor) -> None:
        users = [f"p{number}" for number in range(2 * PRESENCE_BATCH + 1)]
        town.upload(*(person(user) for user in users))
        for start in range(0, len(users), 200):
            watch(town, ann, *users[start : start + 200])
        for user in users:
            town.connect(user)
        town.clock.advance(3)
        events = [event for event in town.take(ann) if isinstance(event, PresenceChanged)]
        assert [len(event.presences) for event in events] == [PRESENCE_BATCH, PRESENCE_BATCH, 1]
        assert len({presence.user for event in events for presence in event.presences}) == len(users)

    def test_the_more_there_is_the_longer_it_is_collected(self, town: Town) -> None:
        town.connect("ben")
        watchers = [town.connect(f"w{number}") for number in range(PRESENCE_MANY)]
        for one in watchers:
            watch(town, one, "ben")
        town.end(town.actors["ben", "phone"])
        town.clock.advance(0.9)
        assert all(town.take(one) == [] for one in watchers)
        town.clock.advance(0.2)
        assert all(len(town.take(one)) == 1 for one in watchers)

    def test_what_a_device_missed_it_hears_when_it_comes_back(self, town: Town, ann: Actor) -> None:
        town.upload(person("ben"))
        watch(town, ann, "ben")
        town.drop(ann)
        ben = town.connect("ben")
        town.clock.advance(5)
        put(town, ben, away=True)
        town.clock.advance(5)
        town.connect("ann")
        assert availabilities(town.presences(ann)) == ["away"]

    def test_a_session_that_ends_while_others_are_told_leaves_nothing(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(presence_news, "PRESENCE_SLICE", 1)
        watchers = [town.connect(f"w{number}") for number in range(4)]
        town.clock.advance(1)
        ben = town.connect("ben")
        for one in watchers:
            watch(town, one, "ben")
        put(town, ben, away=True)
        # The first slice comes before, the next ones after it.
        town.clock.advance(0.24)

        def leave_and_come_back() -> None:
            for one in watchers[2:]:
                town.end(one)
                town.mailroom.connected[one.user, one.device] = []

        town.clock.call_later(0.01, leave_and_come_back)
        town.clock.advance(1)
        assert [town.take(one) for one in watchers[2:]] == [[], []]
        assert [availabilities(town.presences(one, 0)) for one in watchers[:2]] == [["away"], ["away"]]
        assert town.people.presence._news._waiting == {}

    def test_an_event_that_cannot_be_sent_does_not_silence_the_rest(
        self, town: Town, ann: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ben = town.connect("ben")
        watch(town, ann, "ben")
        with monkeypatch.context() as patched:
            patched.delattr(type(town.mailroom), "send_to_device")
            put(town, ben, away=True)
            with pytest.raises(AttributeError):
                town.clock.advance(1)
        put(town, ben, away=False, status_text="back")
        assert [presence.status_text for presence in town.presences(ann)] == ["back"]

    def test_nothing_is_remembered_of_who_matters_to_nobody(self, town: Town) -> None:
        one, other = town.connect("ann"), town.connect("ben")
        watch(town, one, "ann", "ben", "nobody")
        town.end(other)
        town.ask(one, PresenceUnwatch(id="9", users=["ben", "cleo"]))
        town.end(one)
        town.clock.advance(10)
        board = town.people.presence
        assert (board._subjects, board._watchers, town.clock.pending) == ({}, {}, 0)


class TestWatching:
    def test_ends_with_unwatch(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        watch(town, ann, "ben")
        town.ask(ann, PresenceUnwatch(id="9", users=["ben"]))
        town.end(ben)
        assert town.presences(ann) == []

    def test_is_bounded_per_session(self, town: Town, ann: Actor) -> None:
        users = [f"p{number}" for number in range(MAX_WATCHED)]
        town.upload(*(person(user) for user in users), person("ben"))
        for start in range(0, MAX_WATCHED, 200):
            watch(town, ann, *users[start : start + 200])
        code, _ = town.refusal(ann, PresenceWatch(id="9", users=["ben"]))
        assert code == ErrorCode.LIMIT_EXCEEDED
        assert len(watch(town, ann, *users[:200])) == 200
        town.connect("ben")
        assert town.presences(ann) == []

    def test_unknown_and_hidden_people_are_answered_alike(self, town: Town, ann: Actor) -> None:
        town.upload(person("hidden", profile=Audience.NOBODY))
        town.connect("hidden")
        assert watch(town, ann, "hidden") == watch(town, ann, "nobody") == watch(town, ann, "no\0body") == []

    def test_privacy_rules(self, town: Town, ann: Actor) -> None:
        town.upload(
            person("ben", presence=Audience.NOBODY),
            person("cleo", presence=Audience.CONTACTS),
            person("dan", last_seen=Audience.NOBODY),
        )
        for user in ("ben", "cleo", "dan"):
            town.connect(user)
        assert availabilities(watch(town, ann, "ben", "cleo", "dan")) == ["offline", "offline", "online"]
        for user in ("ben", "cleo", "dan"):
            town.end(town.actors[user, "phone"])
        assert town.presences(ann) == [Presence(user="dan", availability=Availability.OFFLINE)]

    def test_a_contact_sees_more_at_once_and_no_more_afterwards(self, town: Town, ann: Actor) -> None:
        town.upload(person("cleo", presence=Audience.CONTACTS))
        cleo = town.connect("cleo")
        watch(town, ann, "cleo")
        town.ask(cleo, ContactsAdd(id="1", user="ann"))
        assert availabilities(town.presences(ann)) == ["online"]
        town.ask(cleo, ContactsRemove(id="2", user="ann"))
        assert town.presences(ann) == [Presence(user="cleo", availability=Availability.OFFLINE)]

    @pytest.mark.parametrize("blocker", ["ann", "ben"])
    def test_a_block_looks_like_going_offline(self, town: Town, ann: Actor, blocker: str) -> None:
        town.connect("ben")
        watch(town, ann, "ben")
        blocks = town.actors[blocker, "phone"]
        town.ask(blocks, ContactsBlock(id="1", user="ben" if blocker == "ann" else "ann"))
        assert town.presences(ann) == [Presence(user="ben", availability=Availability.OFFLINE)]
        assert watch(town, ann, "ben") == [Presence(user="ben", availability=Availability.OFFLINE)]
        town.ask(blocks, ContactsBlock(id="2", user="ben" if blocker == "ann" else "ann", blocked=False))
        assert availabilities(town.presences(ann)) == ["online"]

    def test_a_block_that_comes_while_a_watch_is_read_counts(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        town.people.directory.drop([UserId("ben"), UserId("ann")])

        async def block() -> None:
            await town.handlers[ContactsBlock](ben, ContactsBlock(id="1", user="ann"))

        town.database.after_read = block
        assert availabilities(watch(town, ann, "ben")) == ["offline"]


class TestInterleaving:
    def test_a_session_that_ends_while_its_watch_is_read_watches_nobody(self, town: Town, ann: Actor) -> None:
        town.connect("ben")
        town.people.directory.drop([UserId("ben")])

        async def leave() -> None:
            town.end(ann)

        town.database.after_read = leave
        assert watch(town, ann, "ben") == []
        town.end(town.actors["ben", "phone"])
        town.clock.advance(10)
        assert town.people.presence._subjects == {}

    def test_two_watches_at_once_do_not_pass_the_bound(self, town: Town, ann: Actor) -> None:
        users = [f"p{number}" for number in range(MAX_WATCHED + 1)]
        town.upload(*(person(user) for user in users))
        for start in range(0, MAX_WATCHED - 1, 111):
            watch(town, ann, *users[start : start + 111])

        async def other() -> None:
            await town.handlers[PresenceWatch](ann, PresenceWatch(id="8", users=users[-2:-1]))

        town.database.after_read = other
        assert town.refusal(ann, PresenceWatch(id="9", users=users[-1:]))[0] == ErrorCode.LIMIT_EXCEEDED

    def test_a_status_that_is_set_while_the_stored_one_is_read_wins(self, town: Town, ann: Actor) -> None:
        put(town, town.connect("ben"), status_text="old")
        town.end(town.actors["ben", "phone"])
        town.eager = False
        ben = town.connect("ben")

        async def set_status() -> None:
            await town.handlers[PresenceSet](ben, PresenceSet(id="1", status_text="new"))

        town.database.after_read = set_status
        assert [presence.status_text for presence in watch(town, ann, "ben")] == ["new"]

    def test_of_who_was_removed_meanwhile_nothing_is_set(self, town: Town, ann: Actor) -> None:
        run(town.store.remove([UserId("ann")], 0, 0))
        assert town.refusal(ann, PresenceSet(id="1", away=True))[0] == ErrorCode.NOT_FOUND


class TestChangesByTheApplication:
    def test_are_told_to_watchers_and_own_devices(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        stranger = town.connect("cleo")
        watch(town, ann, "ben")
        town.upload(person("ben"))
        told = [PersonChanged(person=Person(id="ben", name="Ben"))]
        assert (town.take(ann), town.take(ben), town.take(stranger)) == (told, told, [])

    def test_that_change_nothing_are_not_told(self, town: Town, ann: Actor) -> None:
        town.upload(person("ben"))
        watch(town, ann, "ben")
        town.upload(person("ben"))
        assert town.take(ann) == []

    def test_are_not_told_to_those_from_whom_they_hide(self, town: Town, ann: Actor) -> None:
        town.connect("ben")
        watch(town, ann, "ben")
        town.upload(person("ben", profile=Audience.NOBODY))
        assert town.take(ann) == []
        assert town.presences(ann) == [Presence(user="ben", availability=Availability.OFFLINE)]

    def test_of_rules_count_at_once(self, town: Town, ann: Actor) -> None:
        town.connect("ben")
        watch(town, ann, "ben")
        town.upload(person("ben", presence=Audience.NOBODY))
        assert availabilities(town.presences(ann)) == ["offline"]
        town.upload(person("ben"))
        assert availabilities(town.presences(ann)) == ["online"]

    def test_a_token_that_says_something_else_is_told_too(self, town: Town, ann: Actor) -> None:
        town.connect("ben", name="Ben")
        watch(town, ann, "ben")
        run(town.people.admit(grant("ben", name="Benno")))
        assert town.take(ann) == [PersonChanged(person=Person(id="ben", name="Benno"))]

    def test_removal_takes_presence_and_sessions(self, town: Town, ann: Actor) -> None:
        ben = town.connect("ben")
        put(town, ben, status_text="here")
        watch(town, ann, "ben")
        assert run(town.people.administration.remove([UserId("ben")])) == 1
        assert ("ben", "phone") not in town.actors
        assert town.presences(ann) == [Presence(user="ben", availability=Availability.OFFLINE)]
        assert watch(town, ann, "ben") == []

    def test_who_comes_again_under_the_same_id_is_seen_again_as_someone_new(self, town: Town, ann: Actor) -> None:
        put(town, town.connect("ben"), away=True, status_text="old")
        watch(town, ann, "ben")
        run(town.people.administration.remove([UserId("ben")]))
        town.clock.advance(10)
        town.connect("ben", issued_at=town.clock.now())
        assert town.presences(ann)[-1] == Presence(user="ben", availability=Availability.ONLINE)
