"""An application that is asked, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import structs

from tests.unit.doors.fakes import FakeClock, FakeEntropy
from tureen.hooks.answers import Question
from tureen.hooks.before_publish import AskingBeforePublish, BeforePublishParts
from tureen.hooks.guard import Guard, GuardSettings
from tureen.messaging import Draft
from tureen.model.actor import Actor
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import AttachmentId, ConversationId, DeviceId, Identity, MessageId, SessionId, UserId
from tureen.protocol.resources import Attachment, ConversationKind

ACTOR = Actor(
    user=UserId("ann"),
    device=DeviceId("phone"),
    session=SessionId("SE_1"),
    grant=Grant(identity=Identity("ann"), api_key="devkey", expires_at=2e9, people=PeopleGrant(connect=True)),
)
GUEST = structs.replace(ACTOR, grant=structs.replace(ACTOR.grant, people=PeopleGrant()))
"""Somebody else of the same name."""
DRAFT = Draft(
    id=MessageId("MS_1"),
    conversation=ConversationId("CV_1"),
    kind=ConversationKind.GROUP,
    sender=UserId("ann"),
    text="soup",
    mentions=[UserId("bob")],
)


class Application:
    """Implements `HookChannel`: takes notes, and answers as it is told."""

    def __init__(self, answer: Callable[[], bytes | None] = lambda: None) -> None:
        self.answer = answer
        self.questions: list[Question] = []
        self.hangs = False

    async def ask(self, question: bytes) -> bytes | None:
        self.questions.append(msgspec.json.decode(question, type=Question))
        if self.hangs:
            await asyncio.Event().wait()
        return self.answer()


class Counts:
    """Implements `Watcher`."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, float | None]] = []

    def handle_call(self, outcome: str, seconds: float | None) -> None:
        self.outcomes.append((outcome, seconds))


class Setting:
    """A hook, whom it asks, and the time."""

    def __init__(self, application: Application | None = None, *, allow: bool = False) -> None:
        self.application = application or Application()
        self.clock = FakeClock()
        self.counts = Counts()
        self.guard = Guard("test", self.clock, GuardSettings())
        self.hook = AskingBeforePublish(
            BeforePublishParts(
                channel=self.application,
                guard=self.guard,
                clock=self.clock,
                entropy=FakeEntropy(),
                watcher=self.counts,
                views=self._views,
                allow_on_failure=allow,
            )
        )

    async def ask(self, draft: Draft = DRAFT, actor: Actor = ACTOR) -> Draft:
        return await self.hook.before_publish(actor, draft)

    async def _views(self, ids: Sequence[AttachmentId]) -> Mapping[AttachmentId, Attachment]:
        return {each: Attachment(id=each, name="a.png", media_type="image/png", size_bytes=1) for each in ids}
