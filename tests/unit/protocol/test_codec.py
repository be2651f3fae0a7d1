"""Frames of anybody: one command or one kind of error, and what can be told of its sender's intent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.spoilt_commands import COMMANDS, NO_JSON, example, spoilt
from tureen.protocol.codec import command_id_untrusted, decode_command_untrusted
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.limits import MAX_FRAME_BYTES, MAX_JSON_DEPTH

REFUSALS = {ErrorCode.INVALID, ErrorCode.TOO_LARGE}
EXAMPLES = [json.dumps(example(kind, {})).encode() for kind in COMMANDS.values()]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


def refusal(frame: bytes | str) -> ErrorCode | None:
    """None: it is a command."""
    try:
        decode_command_untrusted(frame)
    except CommandError as error:
        return error.error_code
    return None


@given(st.binary(max_size=300) | st.text(max_size=300))
def test_noise_is_refused_with_the_one_error(frame: bytes | str) -> None:
    assert refusal(frame) in REFUSALS
    command_id_untrusted(frame)


@given(st.sampled_from(EXAMPLES), st.data())
def test_commands_with_damaged_bytes_are_commands_or_refused(good: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(start + 8, len(good))))
    frame = good[:start] + data.draw(st.binary(max_size=8)) + good[end:]
    assert refusal(frame) in {None, *REFUSALS}
    command_id_untrusted(frame)


@given(st.sampled_from(list(COMMANDS)), st.data())
def test_any_value_in_any_field(name: str, data: st.DataObject) -> None:
    fields = example(COMMANDS[name], {})
    fields[data.draw(st.sampled_from(sorted(fields)))] = data.draw(JSON)
    assert refusal(json.dumps(fields)) in {None, *REFUSALS}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_least_that_a_command_needs_is_enough(name: str) -> None:
    assert refusal(json.dumps(example(COMMANDS[name], {}))) is None


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_is_out_of_bounds_is_refused_and_can_be_answered(name: str) -> None:
    for each in spoilt(COMMANDS[name], {}):
        code = refusal(each.frame)
        assert code in (REFUSALS if each.refused else {None, *REFUSALS}), each.what
        assert command_id_untrusted(each.frame) == each.id, each.what


@pytest.mark.parametrize("name", COMMANDS)
def test_whatever_is_no_json_is_refused(name: str) -> None:
    good = json.dumps(example(COMMANDS[name], {}))
    for what, value in NO_JSON.items():
        frame = f'{good[:-1]}, "x": {value}}}'
        assert refusal(frame) is ErrorCode.INVALID, what
        command_id_untrusted(frame)


def send(**fields: Any) -> str:
    return json.dumps({"type": "message.send", "id": "c1", "conversation": "CV", "text": "x", **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"conversation": "\0"},
        {"text": "a\0"},
        {"mentions": ["ann", "b\0b"]},
        {"custom": {"kind": "\0", "data": 1}},
        {"custom": {"kind": "k", "data": {"for machines": "\0"}}},
    ],
)
def test_no_text_holds_a_nul_character(fields: dict[str, Any]) -> None:
    assert refusal(send(**fields)) is ErrorCode.INVALID


def test_nor_do_positions() -> None:
    hello = {"type": "hello", "id": "h", "device": "d", "version": 1}
    position = {"conversation": "a\0", "epoch": "e", "seq": 1}
    assert refusal(json.dumps({**hello, "positions": [position]})) is ErrorCode.INVALID


def test_what_only_looks_like_one_is_taken() -> None:
    assert refusal(send(text="\\u0000")) is None


@pytest.mark.parametrize(("depth", "code"), [(MAX_JSON_DEPTH - 2, None), (MAX_JSON_DEPTH - 1, ErrorCode.INVALID)])
def test_nesting_is_bounded(depth: int, code: ErrorCode | None) -> None:
    data = "[" * depth + "]" * depth
    assert refusal(send()[:-1] + f', "custom": {{"kind": "k", "data": {data}}}}}') is code
    assert refusal(send(text="[" * 100)) is None


def test_the_largest_frame() -> None:
    frame = send()
    assert refusal(frame + " " * (MAX_FRAME_BYTES - len(frame))) is None
    assert refusal(frame + " " * (MAX_FRAME_BYTES - len(frame) + 1)) is ErrorCode.TOO_LARGE
