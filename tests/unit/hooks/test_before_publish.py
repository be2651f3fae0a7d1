"""What the application is asked about a message, and what comes of its answers."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from structlog.testing import capture_logs

from tests.unit.doors.fakes import START
from tests.unit.hooks.asked import DRAFT, GUEST, Application, Setting
from tests.unit.hooks.test_guard import settle
from tureen.hooks.answers import Publish, Refuse, Rewrite, decode_answer_untrusted
from tureen.hooks.errors import Failure, HookError
from tureen.messaging import Draft
from tureen.model.ids import AttachmentId, MessageId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import ConversationKind, Custom

RUBBISH: dict[str, bytes] = {
    "empty": b"",
    "words": b"ok",
    "no object": b"[]",
    "no action": b"{}",
    "unknown action": b'{"action": "approve"}',
    "mistyped field": b'{"action": "rewrite", "txt": "soup"}',
    "refusal with a text": b'{"action": "refuse", "text": "soup"}',
    "wrong type": b'{"action": "rewrite", "text": 7}',
    "text too long": b'{"action": "rewrite", "text": "%s"}' % (b"x" * 8_001),
    "NUL": b'{"action": "rewrite", "text": "\\u0000"}',
    "nothing left": b'{"action": "rewrite", "text": " "}',
    "custom too large": b'{"action": "rewrite", "custom": {"kind": "k", "data": "%s"}}' % (b"x" * 32_800),
    "deep": b'{"action": "rewrite", "custom": {"kind": "k", "data": %s%s}}' % (b"[" * 40, b"]" * 40),
    "very deep": b"[" * 200_000,
    "reason too long": b'{"action": "refuse", "reason": "%s"}' % (b"x" * 501),
    "not UTF-8": b'{"action": "refuse", "reason": "\xff"}',
    "lone surrogate": b'{"action": "rewrite", "text": "\\ud800"}',
}


FIELDS = ("action", "text", "mentions", "custom", "reason", "kind", "data")
ACTIONS = ("publish", "rewrite", "refuse")


def answering(raw: bytes | None, *, allow: bool = False) -> Setting:
    return Setting(Application(lambda: raw), allow=allow)


async def refusal(setting: Setting, draft: Draft = DRAFT) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await setting.ask(draft)
    return caught.value


async def test_the_question_tells_all_of_the_message() -> None:
    setting = answering(None)
    custom = Custom(kind="poll", data=msgspec.Raw(b'{"a": 1}'))
    draft = structs.replace(
        DRAFT, kind=ConversationKind.ROOM, room="kitchen", attachments=[AttachmentId("AT_1")], custom=custom
    )
    assert await setting.ask(draft) is draft
    (question,) = setting.application.questions
    assert (question.event, question.created_at) == ("message.before_publish", int(START))
    assert question.id.startswith("EV_")
    message = question.message
    assert (message.id, message.conversation, message.sender) == ("MS_1", "CV_1", "ann")
    assert (message.conversation_kind, message.room) == (ConversationKind.ROOM, "kitchen")
    assert (message.text, message.mentions, message.edit) == ("soup", ["bob"], False)
    assert [each.name for each in message.attachments] == ["a.png"]
    assert message.custom is not None
    assert (message.custom.kind, bytes(message.custom.data)) == ("poll", b'{"a": 1}')
    await setting.ask(structs.replace(DRAFT, replaces=MessageId("MS_1")))
    assert setting.application.questions[1].message.edit
    assert setting.application.questions[1].id != question.id


async def test_it_is_published_as_it_is() -> None:
    setting = answering(b'{"action": "publish"}')
    assert await setting.ask() is DRAFT
    assert setting.counts.outcomes == [("published", 0.0)]


async def test_what_is_rewritten_and_what_stays() -> None:
    setting = answering(b'{"action": "rewrite", "text": "****"}')
    assert await setting.ask() == structs.replace(DRAFT, text="****")
    setting = answering(b'{"action": "rewrite", "mentions": [], "custom": {"kind": "k", "data": [1]}}')
    changed = await setting.ask()
    assert (changed.text, changed.mentions) == ("soup", [])
    assert changed.custom is not None
    assert bytes(changed.custom.data) == b"[1]"
    setting = answering(b'{"action": "rewrite", "custom": null}')
    assert (await setting.ask(changed)).custom is None
    assert setting.counts.outcomes == [("rewritten", 0.0)]


async def test_an_author_hears_why_it_is_refused() -> None:
    error = await refusal(answering('{"action": "refuse", "reason": "Nur Süppchen."}'.encode()))
    assert (error.error_code, error.message) == (ErrorCode.REJECTED, "Nur Süppchen.")
    setting = answering(b'{"action": "refuse"}', allow=True)
    assert (await refusal(setting)).message == "The application does not want this message."
    assert setting.counts.outcomes == [("refused", 0.0)]


@pytest.mark.parametrize("name", RUBBISH)
async def test_rubbish_is_no_answer(name: str) -> None:
    setting = answering(RUBBISH[name])
    with capture_logs() as logs:
        error = await refusal(setting)
    assert error.error_code is ErrorCode.UNAVAILABLE
    assert error.retry_after_ms == 1000
    (question,) = setting.application.questions
    assert question.id in error.message
    assert [(log["correlation"], log["failure"]) for log in logs] == [(question.id, "bad_answer")]
    assert "soup" not in str(logs)
    assert setting.counts.outcomes == [("bad_answer", 0.0)]
    assert await answering(RUBBISH[name], allow=True).ask() is DRAFT


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.binary() | st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(ACTIONS)).map(msgspec.json.encode))
def test_every_answer_is_one_or_the_one_error(raw: bytes) -> None:
    with contextlib.suppress(HookError):
        assert isinstance(decode_answer_untrusted(raw), Publish | Rewrite | Refuse)


async def test_an_open_breaker_says_when_to_come_again() -> None:
    def unreachable() -> bytes:
        raise HookError(Failure.UNREACHABLE, "There is no connection.")

    setting = Setting(Application(unreachable))
    for _ in range(5):
        await refusal(setting)
    with capture_logs() as logs:
        error = await refusal(setting)
    assert (error.error_code, error.retry_after_ms) == (ErrorCode.UNAVAILABLE, 2000)
    assert error.meaning.retryable
    assert "at the moment" in error.message
    assert logs == [], "what is not asked fills no log"
    assert len(setting.application.questions) == 5
    assert setting.counts.outcomes[-1] == ("breaker_open", None)
    setting.clock.advance(2)
    setting.application.answer = lambda: None
    assert await setting.ask() is DRAFT


@pytest.mark.parametrize("allow", [False, True])
async def test_who_writes_too_fast_for_the_application_is_told_when_to_go_on(allow: bool) -> None:
    setting = Setting(allow=allow)
    setting.application.hangs = True
    tasks = [asyncio.create_task(setting.ask()) for _ in range(8)]
    await settle()
    error = await refusal(setting)
    assert (error.error_code, error.retry_after_ms) == (ErrorCode.RATE_LIMITED, 300)
    assert error.meaning.retryable
    assert setting.counts.outcomes == [("author_busy", None)]
    setting.application.hangs = False
    assert await setting.ask(structs.replace(DRAFT, sender=UserId("bob"))) is not None
    assert await setting.ask(actor=GUEST) is DRAFT
    setting.clock.advance(0.3)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await setting.ask() is DRAFT


async def test_the_author_waits_no_longer_than_the_budget() -> None:
    setting = Setting()
    setting.application.hangs = True
    task = asyncio.create_task(setting.ask())
    await settle()
    setting.clock.advance(0.3)
    with pytest.raises(CommandError) as caught:
        await task
    assert caught.value.error_code is ErrorCode.UNAVAILABLE
    ((outcome, seconds),) = setting.counts.outcomes
    assert outcome == "timeout"
    assert seconds == pytest.approx(0.3)
