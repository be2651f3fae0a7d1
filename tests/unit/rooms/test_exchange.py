"""Publishing and subscribing within a room."""

from __future__ import annotations

import msgspec
import pytest

from tests.unit.rooms.people import Building, grant
from tureen.model.grant import TrackSource
from tureen.model.ids import Identity, TrackSid
from tureen.rooms import RoomLimits
from tureen.rooms.errors import LimitExceededError, NotPermittedError, UnknownTrackError
from tureen.rooms.events import (
    GrantChanged,
    ParticipantChanged,
    SubscriptionAdjusted,
    SubscriptionClosed,
    SubscriptionOpened,
    SubscriptionPermitted,
    SubscriptionRefused,
    TrackMuted,
    TrackSubscribed,
    TrackUnpublished,
)
from tureen.rooms.permissions import SubscriberPermission, SubscriptionPolicy
from tureen.rooms.subscription import TrackSettings


def test_a_track_is_announced_when_its_media_comes() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish(started=False)
    assert not ben.told(SubscriptionOpened)
    assert ben.seen[-1] != ("ann", "active", 1)
    building.room.tracks.start(ann.participant, track)
    assert ben.seen[-1] == ("ann", "active", 1)
    assert ben.told(SubscriptionOpened)[0].publication is track


def test_a_muted_track_is_announced_at_once() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    ann.publish(muted=True, started=False)
    assert ("ann", "active", 1) in ben.seen
    assert len(ben.told(SubscriptionOpened)) == 1


def test_the_announcement_precedes_the_subscription() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    ben.events.clear()
    ann.publish()
    kinds = [type(event) for event in ben.events]
    assert kinds.index(ParticipantChanged) < kinds.index(SubscriptionOpened)


def test_starting_twice_announces_once() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish()
    building.room.tracks.start(ann.participant, track)
    assert len(ben.told(SubscriptionOpened)) == 1
    assert len(ann.told(TrackSubscribed)) == 1


def test_the_publisher_does_not_receive_itself() -> None:
    building = Building()
    ann = building.enter("ann")
    ann.publish()
    assert not ann.told(SubscriptionOpened)


def test_ending_a_track_closes_its_subscriptions() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish()
    building.room.tracks.end(ann.participant, track)
    assert ben.told(SubscriptionClosed)[0].publication is track
    assert ben.seen[-1] == ("ann", "active", 0)
    assert not ann.told(TrackUnpublished)
    with pytest.raises(UnknownTrackError):
        ann.participant.publication(track.sid)


def test_a_grant_limits_what_is_published() -> None:
    building = Building()
    mute = building.enter("mute", publish=False)
    narrow = building.enter("narrow", publish_sources=frozenset({TrackSource.MICROPHONE}))
    for person in (mute, narrow):
        with pytest.raises(NotPermittedError):
            person.publish()


def test_the_number_of_tracks_is_bounded() -> None:
    building = Building(limits=RoomLimits(tracks_per_participant=2))
    ann = building.enter("ann")
    ann.publish()
    ann.publish(started=False)
    with pytest.raises(LimitExceededError):
        ann.publish()


def test_without_auto_subscribe_only_what_is_asked_for_comes() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben", auto_subscribe=False)
    first, second = ann.publish(), ann.publish()
    assert not ben.told(SubscriptionOpened)
    building.room.tracks.subscribe(ben.participant, [second.sid], wanted=True)
    assert [event.publication for event in ben.told(SubscriptionOpened)] == [second]
    building.room.tracks.subscribe(ben.participant, [first.sid, second.sid], wanted=False)
    assert [event.publication for event in ben.told(SubscriptionClosed)] == [second]


def test_what_was_refused_by_word_stays_away_although_auto_subscribe_is_on() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish()
    building.room.tracks.subscribe(ben.participant, [track.sid], wanted=False)
    building.room.tracks.mute(ann.participant, track, muted=True)
    building.room.tracks.handle_changed_rights(ben.participant)
    assert len(ben.told(SubscriptionOpened)) == len(ben.told(SubscriptionClosed)) == 1


def test_unknown_and_hidden_tracks_are_refused_alike() -> None:
    building = Building()
    ghost, ben = building.enter("ghost", hidden=True), building.enter("ben")
    track = ghost.publish()
    pending = building.enter("ann").publish(started=False)
    for sid in (track.sid, pending.sid, TrackSid("TR_nothing")):
        building.room.tracks.subscribe(ben.participant, [sid], wanted=True)
    assert len(ben.told(SubscriptionRefused)) == 3
    assert not ben.told(SubscriptionOpened)


def test_one_who_may_not_subscribe_receives_nothing() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben", subscribe=False)
    track = ann.publish()
    with pytest.raises(NotPermittedError):
        building.room.tracks.subscribe(ben.participant, [track.sid], wanted=True)
    assert not ben.told(SubscriptionOpened)


def test_the_publisher_decides_who_may_subscribe() -> None:
    building = Building()
    ann, ben, cid = building.enter("ann"), building.enter("ben"), building.enter("cid")
    track = ann.publish()
    only_ben = SubscriptionPolicy([SubscriberPermission(identity=Identity("ben"), tracks=frozenset({track.sid}))])
    building.room.tracks.set_policy(ann.participant, only_ben)
    assert not ben.told(SubscriptionPermitted)
    assert [event.allowed for event in cid.told(SubscriptionPermitted)] == [False]
    assert len(cid.told(SubscriptionClosed)) == 1
    building.room.tracks.set_policy(ann.participant, SubscriptionPolicy())
    assert [event.allowed for event in cid.told(SubscriptionPermitted)] == [False, True]
    assert len(cid.told(SubscriptionOpened)) == 2


def test_asking_for_what_is_denied_is_answered_and_kept() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben", auto_subscribe=False)
    building.room.tracks.set_policy(ann.participant, SubscriptionPolicy([]))
    track = ann.publish()
    building.room.tracks.subscribe(ben.participant, [track.sid], wanted=True)
    assert [event.allowed for event in ben.told(SubscriptionPermitted)] == [False]
    building.room.tracks.set_policy(ann.participant, SubscriptionPolicy())
    assert len(ben.told(SubscriptionOpened)) == 1


def test_settings_reach_an_open_subscription_and_wait_for_a_later_one() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben", auto_subscribe=False)
    track = ann.publish()
    off = TrackSettings(disabled=True)
    with pytest.raises(UnknownTrackError):
        building.room.tracks.adjust(ben.participant, [TrackSid("TR_nothing"), track.sid], off)
    assert not ben.told(SubscriptionAdjusted)
    building.room.tracks.subscribe(ben.participant, [track.sid], wanted=True)
    assert ben.told(SubscriptionOpened)[0].settings == off
    building.room.tracks.adjust(ben.participant, [track.sid], TrackSettings())
    assert ben.told(SubscriptionAdjusted)[0].settings == TrackSettings()


def test_a_mute_is_seen_by_all_and_told_to_the_publisher_only_if_enforced() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track = ann.publish()
    revision = track.revision
    building.room.tracks.mute(ann.participant, track, muted=True)
    assert track.revision > revision
    assert not ann.told(TrackMuted)
    building.room.tracks.mute(ann.participant, track, muted=False, by_server=True)
    assert len(ann.told(TrackMuted)) == 1
    assert len(ben.told(ParticipantChanged)) >= 2


def test_revisions_rise_even_when_the_clock_stands_still() -> None:
    building = Building()
    ann = building.enter("ann")
    track = ann.publish()
    seen = []
    for muted in (True, False, True, False):
        building.room.tracks.mute(ann.participant, track, muted=muted)
        seen.append(track.revision)
    assert seen == sorted(set(seen))


def test_a_withdrawn_right_ends_tracks_and_subscriptions_at_once() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    track, other = ann.publish(), ben.publish()
    building.room.change_grant(ann.participant, grant("ann", publish=False, subscribe=False))
    assert ann.told(GrantChanged)
    assert ann.told(TrackUnpublished)[0].publication is track
    assert ann.told(SubscriptionClosed)[0].publication is other
    assert ben.told(SubscriptionClosed)[0].publication is track


def test_a_description_keeps_its_kind_and_its_mute() -> None:
    building = Building()
    ann = building.enter("ann")
    track = ann.publish(muted=True)
    changed = msgspec.structs.replace(track.description, width=640, muted=False)
    building.room.tracks.describe(ann.participant, track, changed)
    assert track.muted
    assert track.description.width == 640
