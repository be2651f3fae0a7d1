"""What the database keeps of people, and how it finds them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.contract.storage.ready_files import ready
from tests.contract.storage.test_calls import call, ended
from tureen.model.ids import AttachmentId, ConversationId, DeviceId, MessageId, UserId
from tureen.people.privacy import Audience, PrivacyRules
from tureen.people.records import PersonRecord, Source, StatusRecord
from tureen.people.store import ListFullError, RevokedToken, RevokedUser
from tureen.people.words import words
from tureen.push.registration import Registration
from tureen.storage.attachments import SqlAttachmentStore, claim
from tureen.storage.calls import DatabaseCallStore
from tureen.storage.database import Database
from tureen.storage.people import SqlPeopleStore
from tureen.storage.push import SqlPushStore

CONVERSATION = ConversationId("CV_1")
ANN, BEN, CLEO, DAN = (UserId(name) for name in ("ann", "ben", "cleo", "dan"))


@pytest.fixture
def store(database: Database) -> SqlPeopleStore:
    return SqlPeopleStore(database)


def person(user: str, name: str = "", **fields: Any) -> PersonRecord:
    return PersonRecord(user=UserId(user), name=name or user, **fields)


def registration(user: UserId) -> Registration:
    return Registration(
        user=user,
        device=DeviceId("phone"),
        channel="web_push",
        endpoint=f"https://push.example.org/{user}",
        public_key="k",
        auth="a",
        registered_at=1,
    )


async def found(store: SqlPeopleStore, query: str, viewer: str = "viewer", limit: int = 20) -> list[str]:
    return [record.user for record in await store.search(list(words(query)), UserId(viewer), limit)]


class TestEntries:
    async def test_come_back_as_they_were_put(self, store: SqlPeopleStore) -> None:
        record = person(
            "ann",
            "Ann Ō'Neill",
            avatar="https://example.org/ann.png",
            attributes={"ward": "3", "näme": 'quote " and {json}'},
            searchable=("ward",),
            privacy=PrivacyRules(search=Audience.NOBODY, last_seen=Audience.CONTACTS),
            source=Source.TOKEN,
            changed_at=1_800_000_000_123,
            call_waiting=False,
        )
        await store.put([record])
        known = await store.known([ANN, BEN])
        assert {user: each.record for user, each in known.items()} == {ANN: record}

    async def test_an_upload_says_what_it_changed(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann"), person("ben")])
        again = await store.put([person("ann", changed_at=5), person("ben", "Benno"), person("cleo")])
        assert (again.created, again.changed) == ((CLEO,), (BEN,))

    @pytest.mark.parametrize("chosen", [True, False])
    async def test_an_upload_leaves_the_choice_of_call_waiting(self, store: SqlPeopleStore, chosen: bool) -> None:
        await store.put([person("ann"), person("ben")])
        await store.change(ANN, lambda record: msgspec.structs.replace(record, call_waiting=chosen))
        uploaded = await store.put([person("ann", "Anna"), person("ben")])
        assert uploaded.changed == (ANN,)
        assert {user: each.record.call_waiting for user, each in (await store.known([ANN, BEN])).items()} == {
            ANN: chosen,
            BEN: None,
        }
        await store.put([person("ann", call_waiting=not chosen)])
        assert (await store.known([ANN]))[ANN].record.call_waiting is not chosen

    async def test_pages_go_through_all(self, store: SqlPeopleStore) -> None:
        everyone = [f"p{number:02}" for number in range(7)]
        await store.put([person(user) for user in everyone])
        seen: list[str] = []
        after: UserId | None = None
        while page := await store.page(after, 3):
            seen += [record.user for record in page]
            after = page[-1].user
        assert seen == everyone

    async def test_an_edit_sees_the_newest_entry(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann", "Ann")])

        def rename(record: PersonRecord) -> PersonRecord:
            return msgspec.structs.replace(record, name=record.name + "e")

        await store.change(ANN, rename)
        changed = await store.change(ANN, rename)
        assert changed is not None
        assert changed.name == "Annee"
        assert await found(store, "annee") == [ANN]
        assert await store.change(BEN, rename) is None

    async def test_removal_takes_all_that_is_theirs(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann"), person("ben"), person("cleo")])
        await store.add_contact(ANN, BEN, 1, 10)
        await store.block(BEN, ANN, 1, 10)
        await store.block(CLEO, BEN, 1, 10)
        await store.save_status(ANN, away=True, text="out")
        gone = await store.remove([ANN, DAN], 100, 200)
        assert (gone.users, gone.owners) == ((ANN,), (BEN,))
        assert await store.known([ANN]) == {}
        assert await store.statuses([ANN]) == {}
        assert await store.contacts(ANN) == []
        assert await store.contacts(BEN) == []
        assert [entry.user for entry in await store.contacts(CLEO)] == [BEN]
        assert await found(store, "ann") == []
        assert await store.revocations(0) == ([RevokedUser(user=ANN, until=100, forget_at=200)], [])


class TestBelongings:
    async def test_go_with_their_person_and_with_nobody_else(self, store: SqlPeopleStore, database: Database) -> None:
        push, files, calls = SqlPushStore(database), SqlAttachmentStore(database), DatabaseCallStore(database)
        await store.put([person("ann"), person("ben")])
        for user in (ANN, BEN):
            await push.put(registration(user), 9)
            for number in (1, 2):
                await ready(database, f"AT_{user}{number}", user, CONVERSATION)
            await database.write(claim, [AttachmentId(f"AT_{user}1")], user, CONVERSATION, MessageId("MS_1"), 5)
        await calls.save(ended(call("CA_over", BEN)), 0)
        await calls.save(call("CA_open", BEN, now=500), 0)
        await store.remove([ANN], 100, 200)
        assert await push.of_user(ANN) == []
        assert len(await push.of_user(BEN)) == 1
        left = await files.find([AttachmentId(f"AT_{user}{number}") for user in (ANN, BEN) for number in (1, 2)], 6)
        assert {file.id for file in left} == {"AT_ann1", "AT_ben1", "AT_ben2"}
        assert await files.expired(6, 9) == ["AT_ann2"]
        assert [each.id for each in await calls.history(ANN, None, 9)] == ["CA_open"]
        assert [each.id for each in await calls.history(BEN, None, 9)] == ["CA_over", "CA_open"]

    async def test_go_although_their_person_is_not_in_the_directory(
        self, store: SqlPeopleStore, database: Database
    ) -> None:
        push = SqlPushStore(database)
        await push.put(registration(DAN), 9)
        assert (await store.remove([DAN], 100, 200)).users == ()
        assert await push.of_user(DAN) == []


class TestTokens:
    async def test_put_in_whom_nobody_knows(self, store: SqlPeopleStore) -> None:
        said = person("ann", "Ann", source=Source.TOKEN)
        assert await store.admit(said) == said
        assert await found(store, "an") == [ANN]

    async def test_update_what_a_token_said(self, store: SqlPeopleStore) -> None:
        await store.admit(person("ann", "Ann", source=Source.TOKEN))
        later = await store.admit(person("ann", "Anna", source=Source.TOKEN, attributes={"a": "1"}))
        assert (later.name, later.attributes) == ("Anna", {"a": "1"})
        unnamed = await store.admit(PersonRecord(user=ANN, source=Source.TOKEN))
        assert unnamed.name == "Anna"

    async def test_do_not_overrule_the_application(self, store: SqlPeopleStore) -> None:
        uploaded = person("ann", "Dr. Ann", attributes={"ward": "3"})
        await store.put([uploaded])
        assert await store.admit(person("ann", "Mallory", source=Source.TOKEN)) == uploaded


class TestSearch:
    @pytest.mark.parametrize(
        ("name", "query"),
        [
            ("Zoë Müller", "zoe"),
            ("Zoë Müller", "MULL"),
            ("Zoë Müller", "mü zo"),
            ("Strauß", "strauss"),
            ("Zoe\u0308", "zoë"),
            ("İrem", "irem"),
            ("Οδυσσεύς", "οδυσσευς"),
            ("山田太郎", "山田"),
            ("Anne-Marie", "marie"),
            ("O'Neill", "neill"),
            ("user_42", "42"),
            ("शर्मा", "शर्म"),
            ("می\N{ZERO WIDTH NON-JOINER}نا", "مینا"),
            ("김철수", "김철"),
            ("\N{FULLWIDTH LATIN CAPITAL LETTER A}nn", "ann"),
        ],
    )
    async def test_knows_no_case_and_no_accents(self, store: SqlPeopleStore, name: str, query: str) -> None:
        await store.put([person("ann", name), person("ben", "Somebody Else")])
        assert await found(store, query) == [ANN]

    async def test_every_word_must_begin_one(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann", "Ann Smith"), person("ben", "Ben Smith"), person("cleo", "Ann Jones")])
        assert await found(store, "smith ann") == [ANN]
        assert await found(store, "mith") == []

    async def test_attributes_only_where_they_are_searchable(self, store: SqlPeopleStore) -> None:
        attributes = {"department": "Radiology", "pager": "4711"}
        await store.put([person("ann", attributes=attributes, searchable=("department",))])
        assert await found(store, "radio ann") == [ANN]
        assert await found(store, "4711") == []

    async def test_a_person_comes_once_and_the_limit_counts_people(self, store: SqlPeopleStore) -> None:
        await store.put([person(f"p{number}", f"Ann Anna Annabel {number}") for number in range(5)])
        assert len(await found(store, "ann", limit=5)) == len(set(await found(store, "ann", limit=5))) == 5
        assert len(await found(store, "ann", limit=3)) == 3

    async def test_an_old_name_finds_nobody(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann", "Ann")])
        await store.put([person("ann", "Beatrice")])
        assert await found(store, "ann") == []
        assert await found(store, "beat") == [ANN]

    async def test_does_not_find_oneself(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann")])
        assert await found(store, "ann", viewer="ann") == []

    @pytest.mark.parametrize("rule", ["search", "profile"])
    async def test_respects_privacy(self, store: SqlPeopleStore, rule: str) -> None:
        nobody, contacts = (PrivacyRules(**{rule: each}) for each in (Audience.NOBODY, Audience.CONTACTS))
        await store.put([person("ann", "X", privacy=nobody), person("ben", "X", privacy=contacts)])
        for owner in (ANN, BEN):
            await store.add_contact(owner, CLEO, 1, 10)
        assert await found(store, "x", viewer="dan") == []
        assert await found(store, "x", viewer="cleo") == [BEN]

    async def test_respects_blocks_both_ways(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann", "X"), person("ben", "Y")])
        await store.block(ANN, BEN, 1, 10)
        assert await found(store, "x", viewer="ben") == []
        assert await found(store, "y", viewer="ann") == []
        await store.unblock(ANN, BEN)
        assert await found(store, "x", viewer="ben") == [ANN]

    async def test_hidden_people_take_no_place_in_the_answer(self, store: SqlPeopleStore) -> None:
        hidden = PrivacyRules(search=Audience.NOBODY)
        await store.put([person(f"a{number:03}", "Ann", privacy=hidden) for number in range(50)])
        await store.put([person("z", "Ann")])
        assert await found(store, "ann", limit=1) == ["z"]


class TestLists:
    async def test_tell_contacts_from_blocks(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann"), person("ben")])
        assert await store.add_contact(ANN, BEN, 1, 10)
        assert not await store.add_contact(ANN, BEN, 2, 10)
        assert await store.block(ANN, CLEO, 3, 10)
        assert not await store.block(ANN, CLEO, 4, 10)
        entries = await store.contacts(ANN)
        assert [(entry.user, entry.added_at, entry.listed, entry.blocked) for entry in entries] == [
            (BEN, 1, True, False),
            (CLEO, 3, False, True),
        ]
        assert [None if entry.person is None else entry.person.name for entry in entries] == ["ben", None]
        known = (await store.known([ANN]))[ANN]
        assert (known.contacts, known.blocked) == (frozenset({BEN}), frozenset({CLEO}))

    async def test_a_block_hides_a_contact_and_gives_it_back(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann")])
        await store.add_contact(ANN, BEN, 1, 10)
        await store.block(ANN, BEN, 2, 10)
        known = (await store.known([ANN]))[ANN]
        assert (known.contacts, known.blocked) == (frozenset(), frozenset({BEN}))
        assert await store.unblock(ANN, BEN)
        known = (await store.known([ANN]))[ANN]
        assert (known.contacts, known.blocked) == (frozenset({BEN}), frozenset())

    async def test_an_entry_for_the_block_alone_goes_with_it(self, store: SqlPeopleStore) -> None:
        await store.block(ANN, BEN, 1, 10)
        assert await store.unblock(ANN, BEN)
        assert not await store.unblock(ANN, BEN)
        assert await store.contacts(ANN) == []

    async def test_whom_is_blocked_may_be_listed_and_stays_blocked(self, store: SqlPeopleStore) -> None:
        await store.block(ANN, BEN, 1, 10)
        assert await store.add_contact(ANN, BEN, 2, 10)
        (entry,) = await store.contacts(ANN)
        assert (entry.listed, entry.blocked) == (True, True)

    async def test_removal_takes_the_block_too(self, store: SqlPeopleStore) -> None:
        await store.block(ANN, BEN, 1, 10)
        assert await store.remove_contact(ANN, BEN)
        assert not await store.remove_contact(ANN, BEN)

    async def test_say_who_has_the_owner_on_theirs(self, store: SqlPeopleStore) -> None:
        await store.put([person("ben"), person("cleo"), person("dan")])
        for user in (BEN, CLEO, DAN):
            await store.add_contact(ANN, user, 1, 10)
        await store.add_contact(BEN, ANN, 1, 10)
        await store.add_contact(CLEO, ANN, 1, 10)
        await store.block(CLEO, ANN, 1, 10)
        assert {entry.user: entry.listed_by for entry in await store.contacts(ANN)} == {
            BEN: True,
            CLEO: False,
            DAN: False,
        }

    async def test_are_bounded(self, store: SqlPeopleStore) -> None:
        await store.add_contact(ANN, BEN, 1, 2)
        await store.block(ANN, CLEO, 1, 2)
        for add in (store.add_contact, store.block):
            with pytest.raises(ListFullError):
                await add(ANN, DAN, 1, 2)
        assert not await store.add_contact(ANN, BEN, 1, 2)
        assert len(await store.contacts(ANN)) == 2


class TestStatus:
    async def test_what_is_not_given_stays(self, store: SqlPeopleStore) -> None:
        await store.put([person("ann")])
        assert await store.save_status(ANN, away=True, text=None) == StatusRecord(away=True)
        assert await store.save_status(ANN, away=None, text="lunch") == StatusRecord(away=True, text="lunch")
        await store.save_last_seen({ANN: 5})
        assert await store.save_status(ANN, away=False, text=None) == StatusRecord(text="lunch", last_seen_at=5)
        assert await store.statuses([ANN, BEN]) == {ANN: StatusRecord(text="lunch", last_seen_at=5)}

    async def test_nothing_is_kept_of_those_who_are_gone(self, store: SqlPeopleStore) -> None:
        assert await store.save_status(ANN, away=True, text=None) is None
        await store.save_last_seen({ANN: 5})
        assert await store.statuses([ANN]) == {}


class TestRevocations:
    async def test_are_forgotten_when_no_such_token_lives(self, store: SqlPeopleStore) -> None:
        await store.revoke_users([RevokedUser(user=ANN, until=1, forget_at=10)])
        await store.revoke_users([RevokedUser(user=BEN, until=1, forget_at=20)])
        await store.revoke_token(RevokedToken(token_id="t1", forget_at=10))
        await store.revoke_token(RevokedToken(token_id="t2", forget_at=20))
        users, tokens = await store.revocations(15)
        assert [each.user for each in users] == [BEN]
        assert [each.token_id for each in tokens] == ["t2"]

    async def test_a_later_one_replaces_an_earlier_one(self, store: SqlPeopleStore) -> None:
        for until in (1, 7):
            await store.revoke_users([RevokedUser(user=ANN, until=until, forget_at=100)])
        await store.revoke_token(RevokedToken(token_id="t", forget_at=50))
        await store.revoke_token(RevokedToken(token_id="t", forget_at=60))
        assert await store.revocations(0) == (
            [RevokedUser(user=ANN, until=7, forget_at=100)],
            [RevokedToken(token_id="t", forget_at=60)],
        )
