"""Lists as their owners, and their owners' devices, see them."""

from __future__ import annotations

import pytest

import tureen.people.contacts as contacts_module
from tests.unit.people.building import Town, run
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules
from tureen.protocol.commands import ContactsAdd, ContactsBlock, ContactsList, ContactsRemove
from tureen.protocol.errors import ErrorCode
from tureen.protocol.events import ContactsChanged


@pytest.fixture
def ann(town: Town) -> Actor:
    town.upload(*(PersonRecord(user=UserId(user), name=user.title()) for user in ("ann", "ben", "cleo")))
    return town.connect("ann")


def listed(town: Town, one: Actor) -> list[tuple[str, str, bool]]:
    contacts = town.ask(one, ContactsList(id="0")).contacts
    return [(contact.person.id, contact.person.name, contact.blocked) for contact in contacts]


def test_add_block_and_remove(town: Town, ann: Actor) -> None:
    town.ask(ann, ContactsAdd(id="1", user="ben"))
    town.clock.advance(1)
    town.ask(ann, ContactsBlock(id="2", user="cleo"))
    town.ask(ann, ContactsBlock(id="3", user="ben"))
    assert listed(town, ann) == [("ben", "Ben", True), ("cleo", "Cleo", True)]
    town.ask(ann, ContactsBlock(id="4", user="ben", blocked=False))
    town.ask(ann, ContactsBlock(id="5", user="cleo", blocked=False))
    assert listed(town, ann) == [("ben", "Ben", False)]
    town.ask(ann, ContactsRemove(id="6", user="ben"))
    assert listed(town, ann) == []


def test_other_devices_hear_of_changes_and_of_nothing_else(town: Town, ann: Actor) -> None:
    laptop, ben = town.connect("ann", "laptop"), town.connect("ben")
    for command in (
        ContactsAdd(id="1", user="ben"),
        ContactsBlock(id="2", user="ben"),
        ContactsBlock(id="3", user="ben", blocked=False),
        ContactsRemove(id="4", user="ben"),
    ):
        for _ in range(2):
            town.ask(ann, command)
        assert (town.take(laptop), town.take(ann), town.take(ben)) == ([ContactsChanged()], [], [])


def test_unknown_and_hidden_people_are_answered_alike(town: Town, ann: Actor) -> None:
    town.upload(PersonRecord(user=UserId("hidden"), privacy=PrivacyRules(profile=Audience.NOBODY)))
    refusals = {town.refusal(ann, ContactsAdd(id="1", user=user)) for user in ("hidden", "nobody", "no\0body")}
    assert [code for code, _ in refusals] == [ErrorCode.NOT_FOUND]
    for user in ("hidden", "nobody"):
        town.ask(ann, ContactsBlock(id="1", user=user))
    assert listed(town, ann) == [("hidden", "", True), ("nobody", "", True)]


def test_a_contact_who_hides_later_keeps_the_id_alone(town: Town, ann: Actor) -> None:
    town.ask(ann, ContactsAdd(id="1", user="ben"))
    town.upload(PersonRecord(user=UserId("ben"), name="Ben", privacy=PrivacyRules(profile=Audience.CONTACTS)))
    assert listed(town, ann) == [("ben", "", False)]
    town.ask(town.connect("ben"), ContactsAdd(id="1", user="ann"))
    assert listed(town, ann) == [("ben", "Ben", False)]


def test_nobody_is_on_their_own_list(town: Town, ann: Actor) -> None:
    for command in (
        ContactsAdd(id="1", user="ann"),
        ContactsBlock(id="2", user="ann"),
        ContactsRemove(id="3", user="ann"),
    ):
        assert town.refusal(ann, command)[0] == ErrorCode.INVALID


def test_lists_are_bounded(town: Town, ann: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts_module, "MAX_CONTACTS", 1)
    town.ask(ann, ContactsAdd(id="1", user="ben"))
    for command in (ContactsAdd(id="2", user="cleo"), ContactsBlock(id="3", user="cleo")):
        assert town.refusal(ann, command)[0] == ErrorCode.LIMIT_EXCEEDED
    assert listed(town, ann) == [("ben", "Ben", False)]


def test_whoever_is_removed_leaves_all_lists(town: Town, ann: Actor) -> None:
    town.ask(ann, ContactsAdd(id="1", user="ben"))
    run(town.people.administration.remove([UserId("ben")]))
    assert town.take(ann) == [ContactsChanged()]
    assert listed(town, ann) == []
