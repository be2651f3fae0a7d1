"""A conversation as a model: whatever its members do, in whatever order, stored history and replayed events agree."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

from tests.unit.messaging.world import Someone, World
from tureen.protocol.commands import (
    ConversationAdd,
    ConversationGet,
    ConversationRemove,
    HistoryGet,
    MessageDelete,
    MessageEdit,
    MessageReact,
    Position,
)
from tureen.protocol.errors import CommandError
from tureen.protocol.events import ConversationEvent, Deleted, Edited, Joined, Left, Posted, Reacted
from tureen.protocol.replies import Sent
from tureen.protocol.resources import Conversation, Message, Reaction

NAMES = ("ann", "bob", "cid", "dora")
OWNER = NAMES[0]
people = st.sampled_from(NAMES)
texts = st.sampled_from(["soup", "stew", "broth"])
labels = st.sampled_from(["+1", "heart"])
picks = st.integers(0, 30)


class Replayed:
    """What a client makes of the events, as the protocol describes them."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.members: set[str] = set()

    def apply(self, event: ConversationEvent) -> None:
        happening = event.event
        if isinstance(happening, Posted):
            self.messages[happening.message.id] = happening.message
        elif isinstance(happening, Edited):
            self._change(happening.message, text=happening.text, version=happening.version, edited_at=event.at)
        elif isinstance(happening, Deleted):
            old = self.messages[happening.message]
            self.messages[old.id] = Message(
                id=old.id,
                conversation=old.conversation,
                seq=old.seq,
                sender=old.sender,
                sent_at=old.sent_at,
                version=happening.version,
                deleted_at=event.at,
            )
        elif isinstance(happening, Reacted):
            self._react(happening, event.sender)
        elif isinstance(happening, Joined):
            self.members |= set(happening.users)
        elif isinstance(happening, Left):
            self.members -= set(happening.users)

    def _change(self, message: str, **fields: Any) -> None:
        old = self.messages[message]
        if old.deleted_at is None:
            self.messages[message] = structs.replace(old, **fields)

    def _react(self, reacted: Reacted, sender: str) -> None:
        old = self.messages[reacted.message]
        if old.deleted_at is not None:
            return
        users = {reaction.label: list(reaction.users) for reaction in old.reactions}
        mine = users.setdefault(reacted.label, [])
        if reacted.on:
            mine.append(sender)
        else:
            mine.remove(sender)
        self._change(old.id, reactions=[Reaction(label=label, users=some) for label, some in users.items() if some])


class ConversationMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name) / "model.db")
        self.people: dict[str, Someone] = {name: self.world.person(name) for name in NAMES}
        self.sent: list[tuple[str, str, str, Sent]] = []
        """Of each message: sender, command, text, reply."""
        self.members = {"ann", "bob"}

    @initialize()
    def begin(self) -> None:
        self.group: Conversation = self.run(self.world.group(self.people["ann"], self.people["bob"]))
        self.heard_from = dict.fromkeys(self.members, 1)

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def attempt(self, name: str, kind: Any, **fields: Any) -> Any:
        """The reply, or the code of the error."""

        async def do() -> Any:
            try:
                return await self.people[name].do(kind, conversation=self.group.id, **fields)
            except CommandError as error:
                return error.error_code.value

        return self.run(do())

    @rule(name=people, text=texts)
    def send(self, name: str, text: str) -> None:
        command = self.world.new_id()
        if name not in self.members:
            assert self.run(self.people[name].refused(HistoryGet, conversation=self.group.id)) == "not_found"
            return
        reply = self.run(self.people[name].say(self.group.id, text, id=command))
        assert all(reply.seq > earlier.seq for *_, earlier in self.sent)
        self.sent.append((name, command, text, reply))

    @precondition(lambda self: len(self.sent) < 100)
    @rule(count=st.integers(2, 3))
    def send_at_once(self, count: int) -> None:
        senders = [name for name in sorted(self.members) for _ in range(count)]
        ids = [self.world.new_id() for _ in senders]

        async def all_of_them() -> list[Sent]:
            posts = (
                self.people[name].say(self.group.id, "at once", id=each)
                for name, each in zip(senders, ids, strict=True)
            )
            return list(await asyncio.gather(*posts))

        self.sent += zip(senders, ids, ["at once"] * len(ids), self.run(all_of_them()), strict=True)
        self.sent.sort(key=lambda each: each[3].seq)

    @rule(pick=picks)
    def send_again(self, pick: int) -> None:
        if not self.sent:
            return
        name, command, text, reply = self.sent[pick % len(self.sent)]
        if name in self.members:
            assert self.run(self.people[name].say(self.group.id, text, id=command)) == reply

    @rule(pick=picks, name=people, text=texts, stale=st.integers(0, 1))
    def edit(self, pick: int, name: str, text: str, stale: int) -> None:
        if not self.sent or name not in self.members:
            return
        sender, _, _, reply = self.sent[pick % len(self.sent)]
        now = self.current(reply.message)
        answer = self.attempt(name, MessageEdit, message=reply.message, version=now.version - stale, text=text)
        if now.deleted_at is not None:
            assert answer == "gone"
        elif sender != name:
            assert answer == "forbidden"
        elif stale:
            assert answer == "conflict"
        else:
            assert answer.version == now.version + 1

    @rule(pick=picks, name=people)
    def delete(self, pick: int, name: str) -> None:
        if not self.sent or name not in self.members:
            return
        sender, _, _, reply = self.sent[pick % len(self.sent)]
        gone = self.current(reply.message).deleted_at is not None
        answer = self.attempt(name, MessageDelete, message=reply.message)
        if gone:
            assert answer == "gone"
        else:
            assert (answer == "forbidden") == (name not in (sender, OWNER))

    @rule(pick=picks, name=people, label=labels, on=st.booleans())
    def react(self, pick: int, name: str, label: str, on: bool) -> None:
        if self.sent and name in self.members:
            reply = self.sent[pick % len(self.sent)][3]
            self.attempt(name, MessageReact, message=reply.message, label=label, on=on)

    @rule(by=people, name=people)
    def bring(self, by: str, name: str) -> None:
        answer = self.attempt(by, ConversationAdd, users=[name])
        if by in self.members and name not in self.members:
            self.members.add(name)
            self.people[name].inbox.clear()
            self.heard_from[name] = answer.conversation.head_seq

    @rule(by=people, name=people)
    def send_away(self, by: str, name: str) -> None:
        answer = self.attempt(by, ConversationRemove, users=[name])
        if by == OWNER != name:
            assert not isinstance(answer, str)
            self.members.discard(name)
        else:
            assert answer in ("forbidden", "invalid", "not_found")

    @rule()
    def restart(self) -> None:
        self.world.start()

    @rule()
    def pass_time(self) -> None:
        self.world.clock.advance(1)

    def current(self, message: str) -> Message:
        found: list[Message] = self.run(
            self.people[OWNER].do(HistoryGet, conversation=self.group.id, limit=200)
        ).messages
        return next(each for each in found if each.id == message)

    @invariant()
    def history_is_what_the_events_make_of_it(self) -> None:
        owner = self.people[OWNER]
        view = self.run(owner.do(ConversationGet, conversation=self.group.id)).conversation
        start = Position(conversation=self.group.id, epoch=self.group.epoch, seq=0)
        events = self.run(self.world.service.missed(owner.actor, [start]))
        assert [event.seq for event in events] == list(range(1, view.head_seq + 1))
        replayed = Replayed()
        for event in events:
            replayed.apply(event)
        assert replayed.members == self.members == {member.user for member in view.members}
        history = self.run(owner.do(HistoryGet, conversation=self.group.id, limit=200)).messages
        assert [_plain(each) for each in history] == [_plain(each) for each in replayed.messages.values()]
        assert [(each.id, each.seq) for each in history] == [(reply.message, reply.seq) for *_, reply in self.sent]

    @invariant()
    def members_heard_every_event_in_order(self) -> None:
        for name in self.members:
            seqs = [seq for seq in self.people[name].seqs(self.group.id) if seq > self.heard_from[name]]
            assert seqs == list(range(self.heard_from[name] + 1, self.heard_from[name] + 1 + len(seqs)))

    def teardown(self) -> None:
        self.world.close()
        self.runner.close()
        self.folder.cleanup()


def _plain(message: Message) -> Message:
    # When a deleted one was edited last is nobody's business any more.
    return structs.replace(message, edited_at=None) if message.deleted_at is not None else message


ConversationMachine.TestCase.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
TestConversation = ConversationMachine.TestCase
