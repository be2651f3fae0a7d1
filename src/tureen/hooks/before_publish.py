"""The application's say about messages. Implements `messaging.BeforePublish`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

import msgspec
import structlog
from msgspec import UNSET, Struct, structs

from tureen.hooks.answers import (
    BEFORE_PUBLISH,
    Answer,
    AskedMessage,
    Publish,
    Question,
    Refuse,
    Rewrite,
    decode_answer_untrusted,
)
from tureen.hooks.channel import HookChannel
from tureen.hooks.errors import Failure, HookError
from tureen.hooks.guard import Guard, Watcher
from tureen.messaging import Draft
from tureen.messaging.drafts import check_draft
from tureen.model.actor import Actor
from tureen.model.ids import AttachmentId, UserId
from tureen.ports import Clock, Entropy
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import Attachment

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

_ID_CHARACTERS = 16

FileViews = Callable[[Sequence[AttachmentId]], Awaitable[Mapping[AttachmentId, Attachment]]]
"""How clients would see these files; what is gone is left out."""


class BeforePublishParts(Struct, frozen=True, kw_only=True):
    """What it is made from."""

    channel: HookChannel
    guard: Guard
    clock: Clock
    entropy: Entropy
    watcher: Watcher
    views: FileViews
    allow_on_failure: bool = False
    """Whether a message is published where nobody answers."""


class AskingBeforePublish:
    """Asks for each message and each edit; somebody waits for the answer."""

    def __init__(self, parts: BeforePublishParts) -> None:
        self._parts = parts

    async def before_publish(self, actor: Actor, draft: Draft) -> Draft:
        """See `BeforePublish`."""
        question = await self._question(draft)
        begun = self._parts.clock.now()
        try:
            answer, changed = await self._parts.guard.run(lambda: self._ask(question, draft), _author(actor, draft))
        except HookError as error:
            return self._without_answer(error, question, draft, begun)
        self._parts.watcher.handle_call(_OUTCOMES[type(answer)], self._since(begun))
        if isinstance(answer, Refuse):
            raise CommandError(ErrorCode.REJECTED, answer.reason or "The application does not want this message.")
        return changed

    async def _question(self, draft: Draft) -> Question:
        files = await self._parts.views(draft.attachments) if draft.attachments else {}
        return Question(
            id=f"EV_{self._parts.entropy.token(_ID_CHARACTERS)}",
            created_at=int(self._parts.clock.now()),
            message=AskedMessage(
                id=draft.id,
                conversation=draft.conversation,
                conversation_kind=draft.kind,
                room=draft.room,
                sender=draft.sender,
                edit=draft.replaces is not None,
                text=draft.text,
                mentions=list(draft.mentions),
                attachments=[files[each] for each in draft.attachments if each in files],
                reply_to=draft.reply_to,
                thread=draft.thread,
                custom=draft.custom,
            ),
        )

    async def _ask(self, question: Question, draft: Draft) -> tuple[Answer, Draft]:
        # What cannot be published is no answer, and counts as a failure of the application, not of the author.
        raw = await self._parts.channel.ask(msgspec.json.encode(question))
        answer = Publish() if raw is None else decode_answer_untrusted(raw)
        return answer, _rewritten(draft, answer) if isinstance(answer, Rewrite) else draft

    def _without_answer(self, error: HookError, question: Question, draft: Draft, begun: float) -> Draft:
        asked = error.failure.was_asked
        self._parts.watcher.handle_call(error.failure.value, self._since(begun) if asked else None)
        if asked:
            # The others are told of once, when the breaker opens.
            _log.warning(
                "no answer about a message",
                hook=BEFORE_PUBLISH,
                correlation=question.id,
                failure=error.failure.value,
                reason=error.message,
                message=draft.id,
                allowed=self._parts.allow_on_failure,
            )
        if error.failure is Failure.AUTHOR_BUSY:
            # Whatever the setting says: otherwise whoever writes fast enough would publish unasked.
            raise CommandError(
                ErrorCode.RATE_LIMITED,
                "The application is being asked about too many other messages of yours.",
                "Nothing was published: send it again in a moment.",
                retry_after_ms=round(error.retry_after_s * 1000),
            ) from error
        if self._parts.allow_on_failure:
            return draft
        what = (
            f"The application did not answer whether this may be published ({question.id})."
            if asked
            else "The application cannot be asked at the moment whether this may be published."
        )
        raise CommandError(
            ErrorCode.UNAVAILABLE,
            what,
            "Nothing was published: send it again in a moment.",
            retry_after_ms=round(error.retry_after_s * 1000),
        ) from error

    def _since(self, begun: float) -> float:
        # The wall clock may have been set meanwhile.
        return max(0.0, self._parts.clock.now() - begun)


_OUTCOMES: dict[type[Answer], str] = {Publish: "published", Rewrite: "rewritten", Refuse: "refused"}


def _author(actor: Actor, draft: Draft) -> str:
    """Guests apart, so that none uses up what a person of the same name may ask."""
    return draft.sender if actor.grant.people.connect else f"guest:{draft.sender}"


def _rewritten(draft: Draft, answer: Rewrite) -> Draft:
    changed = structs.replace(
        draft,
        text=draft.text if answer.text is UNSET else answer.text,
        mentions=draft.mentions if answer.mentions is UNSET else [UserId(user) for user in answer.mentions],
        custom=draft.custom if answer.custom is UNSET else answer.custom,
    )
    try:
        check_draft(changed)
    except CommandError as error:
        raise HookError(Failure.BAD_ANSWER, f"What it was rewritten to cannot be published: {error.message}") from error
    return changed
