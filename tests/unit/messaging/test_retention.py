"""What is kept for how long, holds, and people who want to be forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.messaging.test_messages import Files
from tests.unit.messaging.world import World
from tureen.messaging import Retention
from tureen.messaging.records import ReportQuery
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.commands import (
    ConversationDirect,
    ConversationList,
    ConversationMute,
    EventsGet,
    HistoryGet,
    MessageDelete,
    MessageReport,
    MessageSearch,
    MessageSend,
    Position,
)
from tureen.protocol.errors import CommandError
from tureen.protocol.events import ConversationGone, Gap

MANY = 501
"""One more than go at once."""
DAY_S = 24 * 60 * 60


async def test_old_events_go_and_positions_before_them_are_a_gap(tmp_path: Path) -> None:
    files = Files("AT_1")
    world = World(tmp_path / "r.db", retention=Retention(group_days=2), attachments=files)
    ann, bob = world.person("ann"), world.person("bob")
    group = await world.group(ann, bob)
    direct = (await ann.do(ConversationDirect, user="bob")).conversation
    await ann.say(direct.id, "kept soup")
    await ann.do(MessageSend, conversation=group.id, text="old soup", attachments=["AT_1"])
    world.clock.advance(3 * DAY_S)
    await ann.say(group.id, "new soup")
    assert await world.service.purge() is False
    assert [message.text for message in (await bob.do(MessageSearch, query="soup")).messages] == [
        "new soup",
        "kept soup",
    ]
    history = await bob.do(HistoryGet, conversation=group.id, before=3)
    assert (history.messages, history.more) == ([], False)
    for restart in (False, True):
        if restart:
            world.start()
        command = {"conversation": group.id, "epoch": group.epoch}
        assert (await bob.do(EventsGet, **command, after=1)).recovered is False
        assert [event.seq for event in (await bob.do(EventsGet, **command, after=2)).events] == [3]
        position = Position(conversation=group.id, epoch=group.epoch, seq=0)
        assert await world.service.missed(bob.actor, [position]) == [
            Gap(conversation=group.id, epoch=group.epoch, head_seq=3)
        ]
    assert files.released == ["AT_1"]
    assert (await ann.say(group.id)).seq == 4
    world.close()


async def test_in_bounded_steps(tmp_path: Path) -> None:
    world = World(tmp_path / "r.db", retention=Retention(group_days=1))
    ann = world.person("ann")
    group = await world.group(ann)
    for _ in range(5):
        await ann.say(group.id)
    world.clock.advance(2 * DAY_S)
    now = int(world.clock.now() * 1000)
    step = await world.store.purge(group.kind, now, 2)
    assert step is not None
    assert step.floor_seq == 2
    assert await world.service.purge() is False
    assert (await ann.do(HistoryGet, conversation=group.id)).messages == []
    assert (await ann.say(group.id)).seq == 7
    world.close()


async def test_a_hold_keeps_everything(tmp_path: Path) -> None:
    world = World(tmp_path / "r.db", retention=Retention(group_days=1))
    ann = world.person("ann")
    group = await world.group(ann)
    sent = await ann.say(group.id, "evidence")
    where = ConversationId(group.id)
    await world.service.hold(UserId("chief"), where, held=True)
    world.clock.advance(2 * DAY_S)
    await world.service.purge()
    assert await world.service.forget_user(ann.user, UserId("chief")) == 0
    assert await ann.refused(MessageDelete, conversation=group.id, message=sent.message) == "rejected"
    assert [message.text for message in (await ann.do(HistoryGet, conversation=group.id)).messages] == ["evidence"]
    await world.service.hold(UserId("chief"), where, held=False)
    await world.service.purge()
    assert (await ann.do(HistoryGet, conversation=group.id)).messages == []
    acts = [entry.act.value for entry in await world.service.audit(None, 10)]
    assert acts == ["hold_lifted", "user_forgotten", "hold_set"]
    forgotten = (await world.service.audit(None, 2))[1]
    assert (forgotten.moderator, forgotten.user) == ("chief", "ann")
    world.close()


async def test_what_moderators_have_goes_each_in_its_time(tmp_path: Path) -> None:
    world = World(tmp_path / "r.db", retention=Retention(audit_days=3, report_days=1))
    ann, bob = world.person("ann"), world.person("bob")
    group = await world.group(ann, bob)
    for number in range(MANY):
        sent = await bob.say(group.id, f"rude {number}")
        await ann.do(MessageReport, conversation=group.id, message=sent.message, reason="rude")
        await ann.do(MessageDelete, conversation=group.id, message=sent.message)
    world.clock.advance(2 * DAY_S)
    await ann.do(ConversationMute, conversation=group.id, user="bob", until=None)
    while await world.service.purge():
        pass
    assert await world.service.reports(ReportQuery(limit=1)) == []
    assert len(await world.service.audit(None, MANY + 9)) == MANY + 1
    world.clock.advance(2 * DAY_S)
    assert await world.service.purge()
    while await world.service.purge():
        pass
    assert [entry.act.value for entry in await world.service.audit(None, 9)] == ["member_unmuted"]
    world.close()


@pytest.mark.parametrize("count", [3, 120])
async def test_everything_somebody_wrote_is_forgotten(count: int, world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    group = await world.group(ann, bob)
    for number in range(count):
        sent = await ann.say(group.id, f"mine {number}")
    await bob.say(group.id, "not hers")
    await bob.do(MessageReport, conversation=group.id, message=sent.message, reason="rude")
    assert [report.text for report in await world.service.reports(ReportQuery(limit=9))] == [f"mine {count - 1}"]
    assert await world.service.forget_user(ann.user, UserId("chief")) == count
    history = (await bob.do(HistoryGet, conversation=group.id, limit=200)).messages
    assert [message.text for message in history if message.deleted_at is None] == ["not hers"]
    assert [report.text for report in await world.service.reports(ReportQuery(limit=9))] == [""]
    assert bob.seqs(group.id) == list(range(2, 2 * count + 3))
    assert await world.service.forget_user(ann.user, UserId("chief")) == 0


async def test_a_deleted_conversation_is_nowhere_any_more(world: World) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    direct = (await ann.do(ConversationDirect, user="bob")).conversation
    kept = await world.group(ann, bob)
    for number in range(3):
        await ann.say(direct.id, f"soup {number}")
    await world.service.delete_conversation(UserId("chief"), ConversationId(direct.id))
    assert bob.inbox[-1] == ann.inbox[-1] == ConversationGone(conversation=direct.id)
    for someone in (ann, bob):
        assert [each.id for each in (await someone.do(ConversationList)).conversations] == [kept.id]
        assert await someone.refused(MessageSend, conversation=direct.id, text="x") == "not_found"
        assert await someone.refused(HistoryGet, conversation=direct.id) == "not_found"
    assert (await ann.do(MessageSearch, query="soup")).messages == []
    with pytest.raises(CommandError):
        await world.service.delete_conversation(UserId("chief"), ConversationId(direct.id))
    anew = (await bob.do(ConversationDirect, user="ann")).conversation
    assert anew.id != direct.id
    await bob.say(anew.id, "again")
    assert [message.text for message in (await ann.do(HistoryGet, conversation=anew.id)).messages] == ["again"]
    (entry,) = await world.service.audit(None, 9)
    assert (entry.act.value, entry.moderator, entry.conversation) == ("conversation_deleted", "chief", direct.id)
