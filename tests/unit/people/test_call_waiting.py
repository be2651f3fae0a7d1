"""Whether a second call rings: the setting, the application's word, the person's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.people.building import Town, run
from tureen.model.ids import UserId
from tureen.people import PersonRecord
from tureen.protocol.commands import CallWaiting
from tureen.protocol.events import PersonChanged

ANN, BEN = UserId("ann"), UserId("ben")


@pytest.fixture
def busy_town() -> Iterator[Town]:
    """The setting says that second calls do not ring."""
    town = Town(call_waiting=False)
    yield town
    town.close()


def rings(town: Town, user: UserId) -> bool:
    return run(town.people.call_waiting.may_ring(user, UserId("caller")))


def test_the_setting_holds_until_somebody_chooses(town: Town, busy_town: Town) -> None:
    for each, on in ((town, True), (busy_town, False)):
        ann = each.connect("ann")
        assert each.ask(ann, CallWaiting(id="c1")).on is on
        assert (rings(each, ANN), rings(each, UserId("nobody"))) == (on, on)


def test_a_choice_counts_at_once_and_for_its_person_only(town: Town) -> None:
    ann, _ = town.connect("ann"), town.connect("ben")
    assert (rings(town, ANN), rings(town, BEN)) == (True, True)
    assert town.ask(ann, CallWaiting(id="c1", on=False)).on is False
    assert (rings(town, ANN), rings(town, BEN)) == (False, True)
    assert town.ask(town.connect("ann", "laptop"), CallWaiting(id="c2")).on is False
    assert town.ask(ann, CallWaiting(id="c3", on=True)).on is True
    assert rings(town, ANN)


def test_a_choice_is_the_persons_also_against_the_setting(busy_town: Town) -> None:
    ann = busy_town.connect("ann")
    busy_town.ask(ann, CallWaiting(id="c1", on=True))
    assert (rings(busy_town, ANN), rings(busy_town, BEN)) == (True, False)


def test_a_choice_outlives_uploads_and_tokens_that_say_nothing_of_it(town: Town) -> None:
    ann = town.connect("ann")
    town.ask(ann, CallWaiting(id="c1", on=False))
    town.upload(PersonRecord(user=ANN, name="Ann"))
    town.connect("ann", "laptop", name="Another name")
    assert not rings(town, ANN)
    town.upload(PersonRecord(user=ANN, name="Ann", call_waiting=True))
    assert rings(town, ANN)


def test_a_choice_goes_with_its_person(town: Town) -> None:
    ann = town.connect("ann")
    town.ask(ann, CallWaiting(id="c1", on=False))
    run(town.people.administration.remove([ANN]))
    assert rings(town, ANN)
    assert town.refusal(ann, CallWaiting(id="c2", on=False))[0] == "not_found"


def test_a_persons_devices_hear_of_a_choice_and_nobody_else(town: Town) -> None:
    ann, laptop, ben = town.connect("ann"), town.connect("ann", "laptop"), town.connect("ben")
    town.take(ann), town.take(laptop), town.take(ben)
    town.ask(ann, CallWaiting(id="c1", on=False))
    for device in (ann, laptop):
        (heard,) = town.take(device)
        assert isinstance(heard, PersonChanged)
        assert heard.person.id == "ann"
    assert town.take(ben) == []
    town.ask(ann, CallWaiting(id="c2"))
    assert town.take(laptop) == []
