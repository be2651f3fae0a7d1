"""Who is found, seen and reached; who is put into the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.unit.people.building import Town, grant, run
from tureen.model.actor import Actor
from tureen.model.grant import PeopleGrant
from tureen.model.ids import UserId
from tureen.people import Audience, PersonRecord, PrivacyRules
from tureen.people.cache import KnownPeople
from tureen.people.records import Known
from tureen.protocol.commands import ContactsAdd, ContactsBlock, PeopleGet, PeopleSearch
from tureen.protocol.errors import ErrorCode
from tureen.protocol.resources import Person

ANN, BEN, CLEO = (UserId(name) for name in ("ann", "ben", "cleo"))


def person(user: str, **rules: Audience) -> PersonRecord:
    return PersonRecord(user=UserId(user), name=user.title(), privacy=PrivacyRules(**rules))


def get(town: Town, one: Actor, *users: str) -> list[str]:
    return [found.id for found in town.ask(one, PeopleGet(id="1", users=list(users))).people]


def search(town: Town, one: Actor, query: str, limit: int = 20) -> list[str]:
    return [found.id for found in town.ask(one, PeopleSearch(id="1", query=query, limit=limit)).people]


def reachable(town: Town, sender: str, *receivers: str) -> set[str]:
    return set(run(town.people.directory.reachable(UserId(sender), [UserId(user) for user in receivers])))


class TestAdmission:
    def test_puts_in_what_the_token_says(self, town: Town) -> None:
        attributes = {"role": "nurse", "avatar": "https://example.org/ann.png", "bad": "a\0b"}
        admitted = run(town.people.admit(grant("ann", name="Ann", attributes=attributes)))
        assert admitted == Person(
            id="ann", name="Ann", avatar="https://example.org/ann.png", attributes={"role": "nurse"}
        )
        assert run(town.people.directory.find([ANN])) == {ANN: admitted}

    @pytest.mark.parametrize("avatar", ["javascript:alert(1)", "data:image/png;base64,AAAA", "https://x\ny"])
    def test_takes_no_avatar_that_is_no_address(self, town: Town, avatar: str) -> None:
        assert run(town.people.admit(grant("ann", attributes={"avatar": avatar}))).avatar == ""

    def test_the_application_has_the_last_word(self, town: Town) -> None:
        town.upload(person("ann"))
        assert run(town.people.admit(grant("ann", name="Mallory"))).name == "Ann"

    def test_guests_of_rooms_are_not_put_in(self, town: Town) -> None:
        assert run(town.people.admit(grant("guest", name="Guest", people=PeopleGrant()))).name == "Guest"
        assert run(town.people.directory.find([UserId("guest")])) == {}

    def test_costs_no_query_the_second_time(self, town: Town) -> None:
        run(town.people.admit(grant("ann", name="Ann")))
        run(town.people.directory.find([ANN]))
        before = town.database.reads
        run(town.people.admit(grant("ann", name="Ann")))
        assert town.database.reads == before


class TestGet:
    def test_leaves_out_whoever_hides_or_does_not_exist(self, town: Town) -> None:
        one = town.connect("viewer")
        town.upload(person("ann", profile=Audience.NOBODY), person("ben", profile=Audience.CONTACTS), person("cleo"))
        assert get(town, one, "cleo", "ann", "nobody", "ben", "n\0") == ["cleo"]
        town.ask(town.connect("ben"), ContactsAdd(id="2", user="viewer"))
        assert get(town, one, "ann", "ben", "cleo", "cleo") == ["ben", "cleo"]

    def test_a_block_is_not_to_be_noticed(self, town: Town) -> None:
        one = town.connect("viewer")
        town.ask(town.connect("ann"), ContactsBlock(id="2", user="viewer"))
        assert get(town, one, "ann") == ["ann"]

    def test_everyone_sees_themselves(self, town: Town) -> None:
        town.upload(person("ann", profile=Audience.NOBODY))
        assert get(town, town.connect("ann"), "ann") == ["ann"]


class TestSearch:
    def test_comes_in_the_order_of_names(self, town: Town) -> None:
        one = town.connect("viewer")
        town.upload(*(PersonRecord(user=UserId(f"u{name}"), name=name) for name in ("Zoe Amber", "amy", "Bo Abel")))
        assert search(town, one, "a") == ["uamy", "uBo Abel", "uZoe Amber"]

    def test_compares_every_word_of_a_long_query(self, town: Town) -> None:
        one = town.connect("viewer")
        town.upload(
            PersonRecord(user=ANN, name="Ana Bela Cora Dina Eva Fay"),
            PersonRecord(user=BEN, name="Ana Bela Cora Dina Eva Gus"),
        )
        assert search(town, one, "dina cora bela ana eva f") == ["ann"]

    @pytest.mark.parametrize("query", ["!?", "_", "\0", " "])
    def test_of_no_letters_finds_nobody(self, town: Town, query: str) -> None:
        one = town.connect("viewer")
        town.upload(person("ann"))
        assert search(town, one, query) == []

    def test_is_for_people_only(self, town: Town) -> None:
        guest = town.connect("guest", people=PeopleGrant())
        for command in (PeopleSearch(id="1", query="a"), PeopleGet(id="1", users=["ann"])):
            assert town.refusal(guest, command)[0] == ErrorCode.FORBIDDEN


class TestReach:
    def test_rules_and_blocks_of_both(self, town: Town) -> None:
        town.upload(person("ann", reach=Audience.CONTACTS), person("ben"), person("cleo", reach=Audience.NOBODY))
        ann, ben = town.connect("ann"), town.connect("ben")
        assert reachable(town, "ben", "ann", "ben", "cleo", "nobody", "n\0") == {"ben"}
        assert reachable(town, "ann", "ben") == {"ben"}
        town.ask(ann, ContactsAdd(id="1", user="ben"))
        assert reachable(town, "ben", "ann") == {"ann"}
        town.ask(ben, ContactsBlock(id="2", user="ann"))
        assert reachable(town, "ben", "ann") == reachable(town, "ann", "ben") == set()
        town.ask(ben, ContactsBlock(id="3", user="ann", blocked=False))
        assert reachable(town, "ben", "ann") == {"ann"}

    def test_of_who_is_blocked_by_the_receiver_is_no_contact(self, town: Town) -> None:
        town.upload(person("ann", reach=Audience.CONTACTS), person("ben"))
        ann = town.connect("ann")
        town.ask(ann, ContactsAdd(id="1", user="ben"))
        town.ask(ann, ContactsBlock(id="2", user="ben"))
        assert reachable(town, "ben", "ann") == set()

    def test_costs_no_query_while_people_are_in_memory(self, town: Town) -> None:
        town.upload(*(person(f"p{number}") for number in range(300)))
        everyone = [f"p{number}" for number in range(300)]
        reachable(town, "p0", *everyone)
        before = town.database.reads
        assert len(reachable(town, "p1", *everyone)) == 300
        assert town.database.reads == before


class Shelf:
    """A store of one value per person that may change while it is read."""

    def __init__(self) -> None:
        self.names: dict[UserId, str] = {}
        self.loads: list[list[UserId]] = []
        self.before_return: list[Any] = []

    async def load(self, users: Sequence[UserId]) -> Mapping[UserId, Known]:
        self.loads.append(list(users))
        read = {
            user: Known(record=PersonRecord(user=user, name=self.names[user]), contacts=frozenset({CLEO}))
            for user in users
            if user in self.names
        }
        if self.before_return:
            self.before_return.pop(0)()
        return read


class TestMemory:
    async def test_never_answers_what_changed_while_it_was_read(self) -> None:
        shelf = Shelf()
        people = KnownPeople(shelf.load, 100)
        shelf.names = {ANN: "old", BEN: "Ben"}

        def change() -> None:
            shelf.names[ANN] = "new"
            people.drop([ANN, CLEO])

        shelf.before_return.append(change)
        known = await people.get([ANN, BEN])
        assert {user: each.record.name for user, each in known.items()} == {ANN: "new", BEN: "Ben"}
        assert (await people.get([ANN]))[ANN].record.name == "new"

    async def test_reads_again_what_was_in_memory_and_changed_meanwhile(self) -> None:
        shelf = Shelf()
        people = KnownPeople(shelf.load, 100)
        shelf.names = {ANN: "old", BEN: "Ben"}
        await people.get([ANN])

        def remove() -> None:
            del shelf.names[ANN]
            people.drop([ANN])

        shelf.before_return.append(remove)
        assert list(await people.get([ANN, BEN])) == [BEN]

    async def test_is_bounded_and_forgets_those_who_were_asked_for_longest_ago(self) -> None:
        shelf = Shelf()
        people = KnownPeople(shelf.load, 4)
        shelf.names = {user: user for user in (ANN, BEN, CLEO)}
        await people.get([ANN])
        await people.get([BEN])
        await people.get([ANN])
        await people.get([CLEO])
        shelf.loads.clear()
        await people.get([ANN, CLEO])
        assert shelf.loads == []
        await people.get([BEN])
        assert shelf.loads == [[BEN]]

    async def test_more_people_than_it_holds_are_found_all_the_same(self) -> None:
        shelf = Shelf()
        people = KnownPeople(shelf.load, 1)
        shelf.names = {user: user for user in (ANN, BEN, CLEO)}
        assert set(await people.get([ANN, BEN, CLEO])) == {ANN, BEN, CLEO}
