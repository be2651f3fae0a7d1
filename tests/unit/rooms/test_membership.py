"""Coming, being seen, and going."""

from __future__ import annotations

import pytest

from tests.unit.rooms.people import ROOM, Building, grant, identities
from tureen.model.grant import RoomSettings
from tureen.model.ids import Identity
from tureen.rooms import DepartureReason, ParticipantState, RoomDefaults, RoomLimits
from tureen.rooms.errors import (
    LimitExceededError,
    NotPermittedError,
    RoomClosedError,
    RoomFullError,
    RoomMissingError,
)
from tureen.rooms.events import ParticipantChanged, Removed, RoomChanged, SubscriptionClosed
from tureen.rooms.profile import Profile
from tureen.rooms.room import COUNTS_INTERVAL_S

NOBODY = Profile()


def test_the_others_see_a_newcomer_at_once() -> None:
    building = Building()
    ann = building.enter("ann")
    building.enter("ben")
    assert ann.seen[-2:] == [("ben", "joined", 0), ("ben", "active", 0)]


def test_a_newcomer_is_not_told_of_its_own_arrival() -> None:
    building = Building()
    ann = building.enter("ann")
    assert ann.seen == [("ann", "active", 0)]


def test_one_who_leaves_is_told_last_and_seen_as_disconnected() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    building.room.remove(ben.participant, DepartureReason.CLIENT_LEFT)
    assert ann.seen[-1] == ("ben", "disconnected", 0)
    assert isinstance(ben.events[-1], Removed)
    assert identities(building.room.participants) == ["ann"]


def test_removing_twice_tells_once() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    for _ in range(2):
        building.room.remove(ben.participant, DepartureReason.CLIENT_LEFT)
    assert len(ben.told(Removed)) == 1
    assert ann.seen.count(("ben", "disconnected", 0)) == 1


def test_a_second_bearer_of_an_identity_replaces_the_first() -> None:
    """The old tracks vanish first, then the old participant, then the new one comes."""
    building = Building()
    watcher, old = building.enter("watcher"), building.enter("ann")
    old.publish()
    watcher.events.clear()
    watcher.seen.clear()
    new = building.enter("ann")
    assert old.events[-1] == old.told(Removed)[0]
    assert old.told(Removed)[0].reason is DepartureReason.DUPLICATE_IDENTITY
    assert isinstance(watcher.events[0], SubscriptionClosed)
    assert watcher.seen[:2] == [("ann", "disconnected", 0), ("ann", "joined", 0)]
    assert new.participant.sid != old.participant.sid
    assert building.room.audience.by_identity(Identity("ann")) is new.participant


def test_an_old_session_cannot_act_any_more() -> None:
    building = Building()
    old = building.enter("ann")
    building.enter("ann")
    with pytest.raises(RoomClosedError):
        building.room.activate(old.participant, building.new_transport())


def test_the_hidden_are_never_shown() -> None:
    building = Building()
    ann = building.enter("ann")
    ghost = building.enter("ghost", hidden=True)
    ghost.publish()
    building.room.remove(ghost.participant, DepartureReason.CLIENT_LEFT)
    assert {identity for identity, _, _ in ann.seen} == {"ann"}
    assert identities(building.room.visible) == ["ann"]


def test_a_full_room_refuses_all_but_a_replacement() -> None:
    building = Building()
    building.enter("ann", settings=RoomSettings(max_participants=2))
    building.enter("ben")
    with pytest.raises(RoomFullError):
        building.enter("eve")
    building.enter("ben")
    assert identities(building.room.participants) == ["ann", "ben"]


def test_a_full_server_refuses_participants_and_rooms() -> None:
    building = Building(limits=RoomLimits(participants=2, rooms=1))
    building.enter("ann")
    with pytest.raises(RoomFullError):
        building.enter("ben", room="other")
    building.enter("ben")
    with pytest.raises(RoomFullError):
        building.enter("eve")


def test_a_room_is_not_made_where_that_is_switched_off() -> None:
    building = Building(defaults=RoomDefaults(auto_create=False))
    with pytest.raises(RoomMissingError):
        building.registry.check_join(grant("ann"), NOBODY)
    building.enter("ann", create=True)
    assert building.registry.check_join(grant("ben"), NOBODY) == ROOM


def test_a_grant_without_join_or_room_is_refused() -> None:
    registry = Building().registry
    for refused in (grant("ann", join=False), grant("ann", room=None), grant("")):
        with pytest.raises(NotPermittedError):
            registry.check_join(refused, NOBODY)


def test_long_names_and_profiles_are_refused() -> None:
    registry = Building().registry
    with pytest.raises(LimitExceededError):
        registry.check_join(grant("a" * 257), NOBODY)
    with pytest.raises(LimitExceededError):
        registry.check_join(grant("ann"), Profile(attributes={"key": "v" * 65536}))


def test_a_room_closes_after_the_last_one_left() -> None:
    building = Building(defaults=RoomDefaults(departure_timeout_s=20.0))
    ann = building.enter("ann")
    building.room.remove(ann.participant, DepartureReason.CLIENT_LEFT)
    building.clock.advance(19.9)
    assert building.registry.find(ROOM) is not None
    building.clock.advance(0.2)
    assert building.registry.find(ROOM) is None
    assert building.clock.pending == 0


def test_a_return_in_time_keeps_the_room() -> None:
    building = Building()
    ann = building.enter("ann")
    sid = building.room.sid
    building.room.remove(ann.participant, DepartureReason.CLIENT_LEFT)
    building.clock.advance(10)
    building.enter("ann")
    building.clock.advance(1000)
    assert building.room.sid == sid


def test_closing_everything_sends_everyone_away() -> None:
    building = Building()
    people = [building.enter("ann"), building.enter("ben", room="other")]
    building.registry.close_all()
    with pytest.raises(RoomClosedError):
        building.enter("late")
    assert [person.told(Removed)[0].reason for person in people] == [DepartureReason.SERVER_SHUTDOWN] * 2
    assert building.registry.rooms == ()
    assert building.clock.pending == 0


def test_counts_are_told_together_after_a_while() -> None:
    building = Building()
    ann = building.enter("ann")
    for name in ("ben", "cid", "dan"):
        building.enter(name)
    assert not ann.told(RoomChanged)
    building.clock.advance(COUNTS_INTERVAL_S)
    assert len(ann.told(RoomChanged)) == 1
    building.clock.advance(100)
    assert len(ann.told(RoomChanged)) == 1


def test_versions_rise_with_every_visible_change() -> None:
    building = Building()
    ann = building.enter("ann", update_own_metadata=True)
    versions = []
    ann.room.tracks  # noqa: B018 - the room's own part
    for step in range(5):
        building.room.update_profile(ann.participant, Profile(metadata=str(step)))
        versions.append(ann.participant.version)
    assert versions == sorted(set(versions))


def test_a_profile_changes_only_under_the_grant() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben", update_own_metadata=True)
    with pytest.raises(NotPermittedError):
        building.room.update_profile(ann.participant, Profile(name="Queen"))
    building.room.update_profile(ben.participant, Profile(name="King"))
    last = ann.told(ParticipantChanged)[-1].participant
    assert (last.identity, last.profile.name) == ("ben", "King")


def test_states_never_go_back() -> None:
    building = Building()
    ann = building.enter("ann")
    assert not ann.participant.advance(ParticipantState.JOINED)
    assert ann.participant.state is ParticipantState.ACTIVE


def test_room_metadata_has_a_bound_and_a_rising_revision() -> None:
    building = Building()
    ann = building.enter("ann")
    before = building.room.revision
    building.room.set_metadata("stew")
    assert building.room.revision > before
    assert ann.told(RoomChanged)
    with pytest.raises(LimitExceededError):
        building.room.set_metadata("é" * (256 * 1024 + 1))


def test_a_small_room_stays_on_one_shard_and_a_large_one_uses_all() -> None:
    building = Building(defaults=RoomDefaults(spread_from=4))
    first = [building.enter(f"p{index}") for index in range(4)]
    assert {person.participant.shard for person in first} == {building.room.place.shard}
    later = [building.enter(f"q{index}") for index in range(4)]
    assert all(person.participant.shard != building.room.place.shard for person in later), "where nobody is yet"
    for person in first:
        building.room.remove(person.participant, DepartureReason.CLIENT_LEFT)
    assert building.enter("late").participant.shard == building.room.place.shard, "there is room again"
