"""U+0000 stays outside, however it is spelt and wherever it stands."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.model.texts import holds_nul_untrusted
from tureen.protocol.codec import decode_command_untrusted
from tureen.protocol.commands import MessageSend, SignalSend, StateSet
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.resources import Custom

TEXTS = st.text(st.sampled_from('\0\\u0000ab"é'), max_size=12)
VALUES = st.recursive(TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=6)


def holds_nul(value: object) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(map(holds_nul, [*value, *value.values()]))
        case list():
            return any(map(holds_nul, value))
    raise AssertionError(value)


@given(VALUES)
def test_is_found_in_any_json_and_nowhere_else(value: object) -> None:
    for raw in (json.dumps(value).encode(), json.dumps(value, ensure_ascii=False).encode(), msgspec.json.encode(value)):
        assert holds_nul_untrusted(raw) is holds_nul(value)


@given(st.binary())
def test_takes_any_bytes(raw: bytes) -> None:
    holds_nul_untrusted(raw + rb"\u0000" + raw)


@pytest.mark.parametrize("data", [b'"a\\u0000"', b'{"a\\u0000": 1}', b'["\\\\\\u0000"]'])
@pytest.mark.parametrize(
    "command",
    [
        b'{"type": "message.send", "id": "1", "conversation": "CV_1", "custom": {"kind": "k", "data": %s}}',
        b'{"type": "state.set", "id": "1", "conversation": "CV_1", "key": "k", "data": %s}',
        b'{"type": "signal.send", "id": "1", "conversation": "CV_1", "name": "k", "data": %s}',
    ],
)
def test_what_is_carried_on_unread_holds_none(command: bytes, data: bytes) -> None:
    with pytest.raises(CommandError, match=r"U\+0000") as refused:
        decode_command_untrusted(command % data)
    assert refused.value.error_code is ErrorCode.INVALID
    with pytest.raises(CommandError, match="UTF-8"):
        decode_command_untrusted(command % b'"\xff"')
    taken = decode_command_untrusted(command % b'"a\\\\u0000 \\u0001"')
    assert isinstance(taken, MessageSend | StateSet | SignalSend)


@pytest.mark.parametrize(
    "command",
    [
        b'{"type": "message.send", "id": "1", "conversation": "CV_1", "text": "a\\u0000b"}',
        b'{"type": "message.send", "id": "1", "conversation": "CV\\u0000", "text": "a"}',
        b'{"type": "people.get", "id": "1", "users": ["ann", "a\\u0000"]}',
        b'{"type": "presence.set", "id": "1", "status_text": "\\u0000"}',
        b'{"type": "conversation.create", "id": "1", "title": "\\u0000"}',
    ],
)
def test_no_text_of_a_command_holds_one(command: bytes) -> None:
    with pytest.raises(CommandError, match=r"U\+0000"):
        decode_command_untrusted(command)


def test_other_control_characters_are_texts() -> None:
    taken = decode_command_untrusted(
        b'{"type": "message.send", "id": "1", "conversation": "C", "text": "\\u0001\\u007f\\n\\t\\u2028",'
        b' "custom": {"kind": "k", "data": "\\u0007"}}'
    )
    assert isinstance(taken, MessageSend)
    assert taken.text == "\x01\x7f\n\t\u2028"
    assert taken.custom == Custom(kind="k", data=msgspec.Raw(b'"\\u0007"'))
