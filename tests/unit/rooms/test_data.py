"""Where data goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rooms.people import Building, Person
from tureen.model.ids import Identity
from tureen.rooms.data import DataAudience, DataDelivery


def test_everyone_but_the_sender_gets_it() -> None:
    building = Building()
    ann, ben, cid = building.enter("ann"), building.enter("ben"), building.enter("cid")
    receivers = building.room.receivers(ann.participant, DataAudience())
    assert receivers == (ben.participant.transport, cid.participant.transport)


def test_named_identities_only() -> None:
    building = Building()
    ann, ben = building.enter("ann"), building.enter("ben")
    building.enter("cid")
    audience = DataAudience(identities={Identity("ben"), Identity("nobody")})
    assert building.room.receivers(ann.participant, audience) == (ben.participant.transport,)


def test_only_the_active_can_receive() -> None:
    building = Building()
    ann = building.enter("ann")
    Person(building, "late")
    assert building.room.receivers(ann.participant, DataAudience()) == ()


def test_metrics_go_to_those_granted() -> None:
    building = Building()
    ann = building.enter("ann")
    building.enter("ben")
    ops = building.enter("ops", subscribe_metrics=True)
    assert building.room.receivers(ann.participant, DataAudience(metrics=True)) == (ops.participant.transport,)


def test_without_the_right_nothing_is_accepted() -> None:
    building = Building()
    ann = building.enter("ann", publish_data=False)
    assert not building.room.data.accepts(ann.participant, DataDelivery.LOSSY, 0)


@given(st.lists(st.integers(0, 20), max_size=50))
def test_accepted_sequences_only_rise(sequences: list[int]) -> None:
    building = Building()
    ann = building.enter("ann")
    accepted = [n for n in sequences if n and building.room.data.accepts(ann.participant, DataDelivery.RELIABLE, n)]
    assert accepted == sorted(set(accepted))
    assert not sequences or max(sequences) == 0 or max(sequences) in accepted
