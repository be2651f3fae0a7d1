"""Conversations are made, listed and left; members come and go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tests.unit.messaging.world import Someone, World
from tureen.messaging import MessagingLimits
from tureen.model.grant import PeopleGrant, RoomGrant
from tureen.model.ids import RoomName, UserId
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationCreate,
    ConversationDirect,
    ConversationGet,
    ConversationLeave,
    ConversationList,
    ConversationMembers,
    ConversationMute,
    ConversationRemove,
    ConversationRole,
    ConversationRoom,
    ConversationUpdate,
    HistoryGet,
    MessageDelete,
    MessageReact,
    MessageSearch,
    MessageSend,
    StateSet,
)
from tureen.protocol.events import (
    ConversationChanged,
    ConversationEvent,
    ConversationGone,
    Joined,
    Left,
    Posted,
    Renamed,
    RoleChanged,
)
from tureen.protocol.resources import Conversation, ConversationKind, MemberRole

JOINS_SOUP = RoomGrant(join=True, room=RoomName("soup"))


async def listed(someone: Someone, **fields: Any) -> list[Conversation]:
    answer = await someone.do(ConversationList, **fields)
    return list(answer.conversations)


async def view(someone: Someone, conversation: str) -> Conversation:
    answer: Conversation = (await someone.do(ConversationGet, conversation=conversation)).conversation
    return answer


class TestDirect:
    async def test_the_same_two_meet_in_the_same_one(self, ann: Someone, bob: Someone) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        same = (await bob.do(ConversationDirect, user="ann")).conversation
        assert (one.id, one.epoch, one.kind) == (same.id, same.epoch, ConversationKind.DIRECT)
        assert {member.user for member in one.members} == {"ann", "bob"}

    async def test_the_other_sees_it_with_the_first_message(self, ann: Someone, bob: Someone) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        assert [each.id for each in await listed(ann)] == [one.id]
        assert await listed(bob) == []
        assert bob.inbox == []
        await ann.say(one.id)
        (changed,) = bob.heard(ConversationChanged)
        assert (changed.conversation.id, changed.conversation.unread) == (one.id, 1)
        assert [each.unread for each in await listed(bob)] == [1]
        await ann.say(one.id)
        assert len(bob.heard(ConversationChanged)) == 1

    async def test_leaving_hides_it_until_the_next_message(self, ann: Someone, bob: Someone) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        await ann.say(one.id)
        await bob.do(ConversationLeave, conversation=one.id)
        assert await listed(bob) == []
        assert len(await listed(ann)) == 1
        await ann.say(one.id, "are you there?")
        assert len(await listed(bob)) == 1
        assert len((await bob.do(HistoryGet, conversation=one.id)).messages) == 2
        await bob.do(ConversationLeave, conversation=one.id)
        await bob.do(ConversationDirect, user="ann")
        assert len(await listed(bob)) == 1

    @pytest.mark.parametrize("blocker", ["ann", "bob"])
    async def test_between_people_of_whom_one_blocks(
        self, blocker: str, world: World, ann: Someone, bob: Someone
    ) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        sent = await bob.say(one.id)
        world.directory.blocks.add((UserId(blocker), UserId("bob" if blocker == "ann" else "ann")))
        bob.inbox.clear()
        assert await ann.refused(MessageSend, conversation=one.id, text="x") == "forbidden"
        assert await ann.refused(MessageReact, conversation=one.id, message=sent.message, label="+1") == "forbidden"
        assert await ann.refused(StateSet, conversation=one.id, key="k") == "forbidden"
        assert bob.inbox == []
        assert len((await ann.do(HistoryGet, conversation=one.id)).messages) == 1

    async def test_unknown_and_unreachable_people_are_answered_alike(self, world: World, ann: Someone) -> None:
        world.directory.blocks.add((UserId("zoe"), UserId("ann")))
        assert {await ann.refused(ConversationDirect, user=user) for user in ("zoe", "nobody")} == {"not_found"}
        assert await ann.refused(ConversationDirect, user="ann") == "invalid"

    async def test_members_do_not_change(self, ann: Someone, bob: Someone) -> None:
        one = (await ann.do(ConversationDirect, user="bob")).conversation
        assert await ann.refused(ConversationAdd, conversation=one.id, users=["cid"]) == "forbidden"
        assert await ann.refused(ConversationRemove, conversation=one.id, users=["bob"]) == "forbidden"
        assert await ann.refused(ConversationUpdate, conversation=one.id, title="x") == "forbidden"


class TestRooms:
    async def test_late_joiners_see_what_was_written(self, world: World) -> None:
        guest, late = world.guest("g1", "soup"), world.guest("g2", "soup")
        room = (await guest.do(ConversationRoom, room="soup")).conversation
        assert (room.kind, room.title) == (ConversationKind.ROOM, "soup")
        await guest.say(room.id, "first")
        same = (await late.do(ConversationRoom, room="soup")).conversation
        assert (same.id, same.unread, same.member_count) == (room.id, 0, 2)
        history = (await late.do(HistoryGet, conversation=room.id)).messages
        assert [message.text for message in history] == ["first"]
        assert isinstance(guest.heard(ConversationEvent)[-1].event, Joined)
        await late.say(room.id, "second")
        assert guest.seqs(room.id)[-1] == 4

    async def test_are_for_those_who_may_join(self, world: World, ann: Someone) -> None:
        guest = world.guest("g1", "soup")
        room = (await guest.do(ConversationRoom, room="soup")).conversation
        for outsider in (ann, world.guest("g2", "salad")):
            assert await outsider.refused(ConversationRoom, room="soup") == "not_found"
            assert await outsider.refused(ConversationGet, conversation=room.id) == "not_found"

    async def test_a_guest_who_has_left_is_still_called_by_name(self, world: World) -> None:
        gone = world.bearer("g1", "tab", name="Gus \0the Guest", room=RoomGrant(join=True, room=RoomName("soup")))
        late = world.guest("g2", "soup")
        room = (await gone.do(ConversationRoom, room="soup")).conversation
        await gone.say(room.id, "bye")
        await gone.do(ConversationLeave, conversation=room.id)
        shown = (await late.do(ConversationRoom, room="soup")).conversation
        (message,) = (await late.do(HistoryGet, conversation=room.id)).messages
        assert message.sender_name == "Gus the Guest"
        assert shown.last_message == message
        await late.say(room.id, "hello")
        last = late.heard(ConversationEvent)[-1].event
        assert isinstance(last, Posted)
        assert last.message.sender_name == "", "a token without a name"

    async def test_elsewhere_people_are_known(self, world: World, bob: Someone) -> None:
        ann = world.bearer("ann", "phone", name="Ann", people=PeopleGrant(connect=True))
        group = await world.group(ann, bob)
        await ann.say(group.id, "hello")
        (message,) = (await bob.do(HistoryGet, conversation=group.id)).messages
        assert message.sender_name == ""

    async def test_a_token_for_one_room_opens_nothing_else(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        await ann.say(group.id, "secret soup")
        same_person = world.guest("bob", "soup")
        room = (await same_person.do(ConversationRoom, room="soup")).conversation
        await same_person.say(room.id, "soup")
        assert [each.id for each in await listed(same_person)] == [room.id]
        for kind, fields in (
            (ConversationGet, {"conversation": group.id}),
            (MessageSend, {"conversation": group.id, "text": "x"}),
            (HistoryGet, {"conversation": group.id}),
        ):
            assert await same_person.refused(kind, **fields) == "not_found"
        found = (await same_person.do(MessageSearch, query="soup")).messages
        assert [message.conversation for message in found] == [room.id]
        assert await same_person.refused(ConversationCreate) == "forbidden"
        assert await same_person.refused(ConversationDirect, user="ann") == "forbidden"

    async def test_rights_of_the_token(self, world: World) -> None:
        silent = world.guest("g1", "soup", publish_data=False)
        room = (await silent.do(ConversationRoom, room="soup")).conversation
        assert await silent.refused(MessageSend, conversation=room.id, text="x") == "forbidden"
        hidden = world.guest("g2", "soup", hidden=True)
        assert await hidden.refused(ConversationRoom, room="soup") == "forbidden"
        chief = world.guest("g3", "soup", admin=True)
        await chief.do(ConversationRoom, room="soup")
        await chief.do(ConversationRemove, conversation=room.id, users=["g1"], ban=True)
        assert await silent.refused(ConversationRoom, room="soup") == "forbidden"

    async def test_nobody_is_brought_in_by_others(self, world: World, bob: Someone) -> None:
        member = world.bearer("g1", "tab", people=PeopleGrant(connect=True), room=JOINS_SOUP)
        chief = world.bearer(
            "g2", "tab", people=PeopleGrant(connect=True), room=structs.replace(JOINS_SOUP, admin=True)
        )
        room = (await member.do(ConversationRoom, room="soup")).conversation
        await chief.do(ConversationRoom, room="soup")
        await member.say(room.id, "for those who have a token")
        assert await member.refused(ConversationAdd, conversation=room.id, users=["bob"]) == "forbidden"
        assert (await chief.do(ConversationAdd, conversation=room.id, users=["bob"])).conversation.member_count == 2
        assert await bob.refused(HistoryGet, conversation=room.id) == "not_found"
        assert bob.inbox == []

    async def test_bans_are_lifted_by_moderators(self, world: World) -> None:
        chief, guest = world.guest("g1", "soup", admin=True), world.guest("nobody-known", "soup")
        room = (await chief.do(ConversationRoom, room="soup")).conversation
        await guest.do(ConversationRoom, room="soup")
        await chief.do(ConversationRemove, conversation=room.id, users=["nobody-known"], ban=True)
        assert await guest.refused(ConversationRoom, room="soup") == "forbidden"
        await chief.do(ConversationAdd, conversation=room.id, users=["nobody-known"])
        assert await guest.refused(HistoryGet, conversation=room.id) == "not_found"
        assert (await guest.do(ConversationRoom, room="soup")).conversation.id == room.id
        acts = [entry.act.value for entry in await world.service.audit(None, 10)]
        assert acts == ["member_unbanned", "member_banned"]

    async def test_the_banned_see_nothing_by_a_command_that_comes_again(self, world: World) -> None:
        guest, chief = world.guest("g1", "soup"), world.guest("g3", "soup", admin=True)
        room = (await guest.do(ConversationRoom, id="come", room="soup")).conversation
        await chief.do(ConversationRoom, room="soup")
        await chief.do(ConversationRemove, conversation=room.id, users=["g1"], ban=True)
        await chief.say(room.id, "about g1")
        assert await guest.refused(ConversationRoom, id="come", room="soup") == "not_found"

    async def test_a_full_one_forgets_guests_who_are_away(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(members=3))
        guests = [world.guest(f"g{number}", "soup") for number in range(5)]
        for guest in guests[:3]:
            room = (await guest.do(ConversationRoom, room="soup")).conversation
        assert await guests[3].refused(ConversationRoom, room="soup") == "limit_exceeded"
        del world.mailroom.inboxes[guests[1].user]
        joined = (await guests[3].do(ConversationRoom, room="soup")).conversation
        assert {member.user for member in joined.members} == {"g0", "g2", "g3"}
        assert await guests[1].refused(HistoryGet, conversation=room.id) == "not_found"
        assert await guests[4].refused(ConversationRoom, room="soup") == "limit_exceeded"
        await guests[0].say(room.id)
        assert len(guests[3].seqs(room.id)) >= 1
        world.close()


class TestGroups:
    async def test_begin_with_everyone_who_can_be_reached(self, world: World, ann: Someone, bob: Someone) -> None:
        world.directory.blocks.add((UserId("zoe"), UserId("ann")))
        group = (await ann.do(ConversationCreate, title="soup", users=["bob", "zoe", "nobody", "bob"])).conversation
        assert {member.user: member.role for member in group.members} == {
            "ann": MemberRole.OWNER,
            "bob": MemberRole.MEMBER,
        }
        (changed,) = bob.heard(ConversationChanged)
        assert changed.conversation.title == "soup"
        (event,) = bob.heard(ConversationEvent)
        assert (event.seq, event.event) == (1, Joined(users=["ann", "bob"]))

    async def test_a_repeated_command_makes_no_second_one(self, world: World, ann: Someone, bob: Someone) -> None:
        first = (await ann.do(ConversationCreate, id="make", users=["bob"])).conversation
        world.start()
        bob.inbox.clear()
        assert (await ann.do(ConversationCreate, id="make", users=["bob"])).conversation == first
        assert bob.inbox == []
        assert len(await listed(ann)) == 1

    async def test_who_made_one_and_is_a_member_no_more_sees_nothing_by_it(
        self, world: World, ann: Someone, bob: Someone
    ) -> None:
        group = (await ann.do(ConversationCreate, id="make", users=["bob"])).conversation
        await ann.do(ConversationRole, conversation=group.id, user="bob", role=MemberRole.OWNER)
        await ann.do(ConversationLeave, conversation=group.id)
        await bob.say(group.id, "without ann")
        assert await ann.refused(ConversationCreate, id="make", users=["bob"]) == "not_found"

    async def test_newcomers_have_nothing_unread_and_see_the_past(
        self, world: World, ann: Someone, bob: Someone, cid: Someone
    ) -> None:
        group = await world.group(ann, bob)
        await ann.say(group.id, "before")
        await bob.do(ConversationAdd, conversation=group.id, users=["cid", "bob"])
        (changed,) = cid.heard(ConversationChanged)
        assert (changed.conversation.unread, changed.conversation.member_count) == (0, 3)
        assert ann.heard(ConversationEvent)[-1].event == Joined(users=["cid"])
        assert len((await cid.do(HistoryGet, conversation=group.id)).messages) == 1
        await ann.say(group.id, "after")
        assert (await view(cid, group.id)).unread == 1

    async def test_removal_and_ban(self, world: World, ann: Someone, bob: Someone, cid: Someone) -> None:
        group = await world.group(ann, bob, cid)
        assert await bob.refused(ConversationRemove, conversation=group.id, users=["cid"]) == "forbidden"
        await ann.do(ConversationRemove, conversation=group.id, users=["cid"])
        assert cid.heard(ConversationGone) == [ConversationGone(conversation=group.id)]
        assert cid.heard(ConversationEvent) == []
        assert bob.heard(ConversationEvent)[-1].event == Left(users=["cid"])
        assert await cid.refused(MessageSend, conversation=group.id, text="x") == "not_found"
        await bob.do(ConversationAdd, conversation=group.id, users=["cid"])
        await ann.do(ConversationRemove, conversation=group.id, users=["cid"], ban=True)
        again = (await bob.do(ConversationAdd, conversation=group.id, users=["cid"])).conversation
        assert again.member_count == 2
        pardoned = (await ann.do(ConversationAdd, conversation=group.id, users=["cid"])).conversation
        assert pardoned.member_count == 3
        acts = [entry.act.value for entry in await world.service.audit(None, 10)]
        assert acts == ["member_unbanned", "member_banned", "member_removed"]

    async def test_the_last_owner_stays_one(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        role = {"conversation": group.id, "user": "ann", "role": MemberRole.MEMBER}
        assert await ann.refused(ConversationLeave, conversation=group.id) == "forbidden"
        assert await ann.refused(ConversationRole, **role) == "forbidden"
        await ann.do(ConversationRole, conversation=group.id, user="bob", role=MemberRole.OWNER)
        assert bob.heard(ConversationEvent)[-1].event == RoleChanged(user="bob", role=MemberRole.OWNER)
        await bob.do(ConversationRole, **role)
        await ann.do(ConversationLeave, conversation=group.id)
        await bob.do(ConversationLeave, conversation=group.id)
        assert await listed(bob) == []

    async def test_ranks(self, world: World, ann: Someone, bob: Someone, cid: Someone) -> None:
        group = await world.group(ann, bob, cid)
        await ann.do(ConversationRole, conversation=group.id, user="bob", role=MemberRole.MODERATOR)
        remove = {"conversation": group.id, "users": ["ann"]}
        assert await bob.refused(ConversationRemove, **remove) == "forbidden"
        assert await bob.refused(ConversationMute, conversation=group.id, user="ann", until=2**50) == "forbidden"
        assert (
            await bob.refused(ConversationRole, conversation=group.id, user="cid", role=MemberRole.OWNER) == "forbidden"
        )
        assert await bob.refused(ConversationRemove, conversation=group.id, users=["bob"]) == "invalid"
        await bob.do(ConversationRemove, conversation=group.id, users=["cid"])

    async def test_the_muted_write_nothing_for_a_while(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await bob.say(group.id)
        until = int(world.clock.now() * 1000) + 60_000
        await ann.do(ConversationMute, conversation=group.id, user="bob", until=until)
        mine = bob.heard(ConversationChanged)[-1].conversation
        assert [member.muted_until for member in mine.members if member.user == "bob"] == [until]
        for restart in (False, True):
            if restart:
                world.start()
            assert await bob.refused(MessageSend, conversation=group.id, text="x") == "forbidden"
            assert (
                await bob.refused(MessageReact, conversation=group.id, message=sent.message, label="+1") == "forbidden"
            )
        await bob.do(MessageDelete, conversation=group.id, message=sent.message)
        world.clock.advance(61)
        await bob.say(group.id)

    async def test_coming_back_ends_no_mute(self, world: World) -> None:
        chief, guest = world.guest("g1", "soup", admin=True), world.guest("g2", "soup")
        room = (await chief.do(ConversationRoom, room="soup")).conversation
        await guest.do(ConversationRoom, room="soup")
        now = int(world.clock.now() * 1000)
        await chief.do(ConversationMute, conversation=room.id, user="g2", until=now + 60_000)
        for _ in range(2):
            await guest.do(ConversationLeave, conversation=room.id)
            back = (await guest.do(ConversationRoom, room="soup")).conversation
            assert [member.muted_until for member in back.members if member.user == "g2"] == [now + 60_000]
            for kind, fields in ((MessageSend, {"text": "x"}), (StateSet, {"key": "k"})):
                assert await guest.refused(kind, conversation=room.id, **fields) == "forbidden"
        await guest.do(ConversationLeave, conversation=room.id)
        world.clock.advance(61)
        await guest.do(ConversationRoom, room="soup")
        await guest.say(room.id)

    async def test_another_title(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        assert await bob.refused(ConversationUpdate, conversation=group.id, title="x") == "forbidden"
        changed = (await ann.do(ConversationUpdate, conversation=group.id, title="stew")).conversation
        assert changed.title == "stew"
        assert bob.heard(ConversationEvent)[-1].event == Renamed(title="stew")
        for avatar, fits in (("javascript:alert(1)", False), ("https://x/y.png", True), ("/a.png", True), ("", True)):
            command = {"conversation": group.id, "avatar": avatar}
            if fits:
                assert (await ann.do(ConversationUpdate, **command)).conversation.avatar == avatar
            else:
                assert await ann.refused(ConversationUpdate, **command) == "invalid"

    async def test_bounds(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(members=3))
        ann = world.person("ann")
        group = await world.group(ann, world.person("bob"))
        command = {"conversation": group.id, "users": ["cid", "dora"]}
        assert await ann.refused(ConversationAdd, **command) == "limit_exceeded"
        assert (await view(ann, group.id)).member_count == 2
        world.close()

    async def test_nobody_has_any_number_of_them(self, tmp_path: Path) -> None:
        world = World(tmp_path / "b.db", limits=MessagingLimits(groups_per_person=2))
        ann, bob, cid = (world.person(name) for name in ("ann", "bob", "cid"))
        first = await world.group(ann, bob)
        await world.group(ann, bob)
        assert await ann.refused(ConversationCreate, title="third") == "limit_exceeded"
        assert bob.inbox == []
        # Those that others bring one into do not keep one from making a group.
        group = (await bob.do(ConversationCreate, title="mine", users=["cid", "ann"])).conversation
        assert {member.user for member in group.members} == {"bob", "cid"}
        assert await bob.refused(ConversationAdd, conversation=group.id, users=["ann"]) == "limit_exceeded"
        added = await bob.do(ConversationAdd, conversation=group.id, users=["ann", "dora"])
        assert {member.user for member in added.conversation.members} == {"bob", "cid", "dora"}
        await ann.do(ConversationRole, conversation=first.id, user="bob", role=MemberRole.OWNER)
        await ann.do(ConversationLeave, conversation=first.id)
        await world.group(ann, cid)
        world.close()

    async def test_the_application_may_do_everything_everywhere(self, world: World, ann: Someone, bob: Someone) -> None:
        group = await world.group(ann, bob)
        sent = await bob.say(group.id)
        chief = world.person("chief", admin=True)
        await chief.do(MessageDelete, conversation=group.id, message=sent.message)
        await chief.do(ConversationRemove, conversation=group.id, users=["bob"])
        assert (await view(chief, group.id)).member_count == 1


class TestLists:
    async def test_pages_miss_none(self, world: World, ann: Someone) -> None:
        made = []
        for number in range(7):
            group = await world.group(ann, title=str(number))
            made.append(group.id)
            if number % 3 == 0:
                world.clock.advance(1)
        seen: list[str] = []
        before: int | None = None
        while page := await listed(ann, limit=2, before=before):
            seen += [each.id for each in page]
            before = page[-1].active_at
        assert sorted(seen) == sorted(made)

    async def test_the_newest_messages_first(self, world: World, ann: Someone) -> None:
        first, second = await world.group(ann, title="a"), await world.group(ann, title="b")
        for group in (second, first):
            world.clock.advance(1)
            await ann.say(group.id, group.title)
        page = await listed(ann)
        assert [each.title for each in page] == ["a", "b"]
        assert [each.last_message.text for each in page if each.last_message] == ["a", "b"]

    async def test_members_of_a_large_one(self, world: World, ann: Someone) -> None:
        users = [f"u{number:03}" for number in range(150)]
        group = (await ann.do(ConversationCreate, users=users)).conversation
        assert (group.member_count, [member.user for member in group.members]) == (151, ["ann"])
        seen: list[str] = []
        after: str | None = None
        while page := (await ann.do(ConversationMembers, conversation=group.id, after=after)).members:
            seen += [member.user for member in page]
            after = seen[-1]
        assert seen == ["ann", *users]
        guest = world.person("u007")
        assert [member.user for member in (await view(guest, group.id)).members] == ["u007"]
