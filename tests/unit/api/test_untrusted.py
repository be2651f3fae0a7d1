"""Whatever stands in a request: each reader of it gives a value within its bounds, or raises the one error."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.types import Message

from tests.unit.doors.fakes import FakeClock
from tureen.api.bearer import Bearers
from tureen.api.conversations import NewConversation, WrittenMessage
from tureen.api.people_bodies import PeopleRemoval, PeopleUpload, PersonPatch, TokenRevocation
from tureen.api.query import integer_untrusted, text_untrusted
from tureen.api.request_body import read_command_untrusted
from tureen.api.uploads import CHUNK_TYPE, _offset_untrusted
from tureen.attachments.signing import Purpose, UrlSigner
from tureen.auth.secret import Secret
from tureen.people import Revocations
from tureen.protocol.errors import CommandError

LATIN = st.text(st.characters(codec="latin-1"), max_size=60)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
BODIES = [NewConversation, WrittenMessage, PeopleRemoval, PeopleUpload, PersonPatch, TokenRevocation]


def request(query: str = "", body: bytes = b"", **headers: str) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    named = [(name.replace("_", "-").encode(), text.encode("latin-1")) for name, text in headers.items()]
    return Request({"type": "http", "method": "GET", "query_string": query.encode(), "headers": named}, receive)


@given(st.text(max_size=30) | st.integers().map(str))
def test_numbers_of_queries(text: str) -> None:
    try:
        found = integer_untrusted(request(f"n={quote(text, errors='replace')}"), "n", 1, 200)
    except CommandError:
        return
    assert found is not None
    assert 1 <= found <= 200


@given(st.text(max_size=30))
def test_texts_of_queries(text: str) -> None:
    try:
        found = text_untrusted(request(f"t={quote(text, errors='replace')}"), "t", 10)
    except CommandError:
        return
    assert found is not None
    assert 0 < len(found) <= 10
    assert "\0" not in found


@given(st.binary(max_size=60))
def test_queries_of_noise(raw: bytes) -> None:
    noise = request(raw.decode("latin-1"))
    for read in (lambda: integer_untrusted(noise, "n", 0, 9), lambda: text_untrusted(noise, "n", 9)):
        try:
            read()
        except CommandError:
            continue


@given(LATIN | st.integers().map(str), st.just(CHUNK_TYPE) | LATIN)
def test_offsets_of_chunks(offset: str, content_type: str) -> None:
    try:
        found = _offset_untrusted(request(upload_offset=offset, content_type=content_type))
    except CommandError:
        return
    assert 0 <= found < 10**15


@given(LATIN | LATIN.map("Bearer {}".format))
def test_tokens_of_headers(authorization: str) -> None:
    bearers = Bearers({"key": Secret("secret")}, Revocations.__new__(Revocations), FakeClock())
    with pytest.raises(CommandError):
        bearers.grant_untrusted(request(authorization=authorization))


@given(st.text(max_size=20) | st.none(), st.text(max_size=30) | st.none(), st.text(max_size=20))
def test_signatures_of_addresses(expires: str | None, signature: str | None, attachment: str) -> None:
    signer = UrlSigner(b"k" * 32)
    for purpose in Purpose:
        assert signer.valid_until_untrusted(purpose, attachment, expires, signature, 0) is None


@given(st.sampled_from(BODIES), st.binary(max_size=100) | JSON.map(msgspec.json.encode), st.data())
async def test_bodies(kind: type[msgspec.Struct], body: bytes, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        field = data.draw(st.sampled_from(kind.__struct_fields__))
        body = msgspec.json.encode({field: data.draw(JSON)})
    try:
        found = await read_command_untrusted(request(body=body, content_type="application/json"), kind, 1_000)
    except CommandError:
        return
    assert isinstance(found, kind)
