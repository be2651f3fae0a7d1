"""Requests to the HTTP API that no honest program sends: a documented error each, and nobody notices."""

from __future__ import annotations

import secrets

import pytest

from tests.hostile.api import application, ask
from tests.hostile.chat_of_two import chat_of_two
from tests.hostile.documented import check_error
from tests.hostile.misfit_tokens import claims, misfit_tokens, signed
from tests.hostile.spoilt_commands import NO_JSON, TEXTS
from tests.server import TureenServer

WITH_BODY = [
    ("PUT", "/v1/people"),
    ("DELETE", "/v1/people"),
    ("PATCH", "/v1/people/ann"),
    ("POST", "/v1/tokens/revoke"),
    ("POST", "/v1/conversations"),
    ("POST", "/v1/conversations/CV_x/messages"),
    ("PUT", "/v1/conversations/CV_x/hold"),
]
FIELDS = {
    "/v1/people": '{"people": [{"id": %s}], "ids": [%s]}',
    "/v1/people/ann": '{"name": %s}',
    "/v1/tokens/revoke": '{"token_id": %s}',
    "/v1/conversations": '{"creator": %s, "kind": "group"}',
    "/v1/conversations/CV_x/messages": '{"sender": "ann", "text": %s}',
    "/v1/conversations/CV_x/hold": '{"held": %s}',
}
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a word": b"hello",
    "null": b"null",
    "a list": b"[]",
    "an object of nothing known": b'{"no_such_field": 1}',
    "two objects": b"{}{}",
    "cut short": b'{"people": [{"id": "a"',
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "a surrogate in bytes": b'{"name": "\xed\xa0\x80"}',
    "100,000 deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"people":' * 10_000 + b"1" + b"}" * 10_000,
    "in UTF-16": '{"name": "x"}'.encode("utf-16"),
    "twice the same key": b'{"held": 1, "held": 2, "name": 1, "name": 2}',
}
QUERIES = [
    "limit=0", "limit=-1", "limit=1e3", "limit=9999999999999999999", "limit=%00", "limit=%D9%A1", "limit", "limit[]=1",
    "before=x", "before=-1", "before=9007199254740993", "before=1&after=1", "after=%00", "after=" + "9" * 5_000,
    "thread=" + "x" * 129, "thread=%00", "limit=1&limit=2", "&&&=&=", "%ff=%fe", "a" * 10_000,
]  # fmt: skip


@pytest.fixture(scope="session")
def server(patient_server: TureenServer) -> TureenServer:
    return patient_server


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_bodies_that_cannot_be_used(server: TureenServer, method: str, path: str) -> None:
    token, sent = application(), {"Content-Type": "application/json"}
    bodies = dict(BODIES)
    for what, literal in {**NO_JSON, "a huge number": "9" * 5_000, "an object": "{}", "a list": "[[]]"}.items():
        bodies[f"{what} in a field"] = FIELDS[path].replace("%s", literal).encode()
    async with chat_of_two(server):
        for what, body in bodies.items():
            answer = await ask(server, method, path, body, token=token, headers=sent)
            assert check_error(answer.status, answer.json) in ("invalid", "too_large"), (what, answer)
        large = await ask(server, method, path, b" " * 5_000_000, token=token, headers=sent)
        assert check_error(large.status, large.json) == "too_large"
        for kind in ("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; x=application/json"):
            answer = await ask(server, method, path, b"{}", token=token, headers={"Content-Type": kind})
            assert check_error(answer.status, answer.json) == "unsupported_media"


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_strange_texts_are_taken_or_refused(server: TureenServer, method: str, path: str) -> None:
    token = application()
    async with chat_of_two(server):
        for what, text in TEXTS.items():
            body = {
                "/v1/people": {"people": [{"id": text, "name": text}]} if method == "PUT" else {"ids": [text]},
                "/v1/people/ann": {"name": text, "attributes": {text: text}},
                "/v1/tokens/revoke": {"token_id": text, "expires_at": 1},
                "/v1/conversations": {"creator": text, "kind": "group", "title": text, "users": [text]},
                "/v1/conversations/CV_x/messages": {"sender": text, "text": text, "mentions": [text]},
                "/v1/conversations/CV_x/hold": {"held": text},
            }[path]
            answer = await ask(server, method, path, body, token=token)
            if answer.status not in (200, 201):
                assert check_error(answer.status, answer.json) in ("invalid", "not_found"), what


@pytest.mark.parametrize(
    "path",
    ["/v1/people", "/v1/conversations/CV_x/messages", "/v1/moderation/reports", "/v1/moderation/audit"],
)
async def test_parameters_that_cannot_be_used(server: TureenServer, path: str) -> None:
    async with chat_of_two(server):
        for query in QUERIES:
            answer = await ask(server, "GET", f"{path}?{query}", token=application())
            if answer.status != 200:
                assert check_error(answer.status, answer.json) in ("invalid", "not_found"), query


async def test_ids_in_paths_that_nobody_has(server: TureenServer) -> None:
    strange = ["%00", "%ff%fe", "a" * 129, "%ed%a0%80", "..%2f..%2fetc", "%2e%2e", "a%0d%0ab", "%F0%9F%98%80" * 40]
    async with chat_of_two(server):
        for name in strange:
            for method, path in (
                ("GET", f"/v1/people/{name}"),
                ("PATCH", f"/v1/people/{name}"),
                ("POST", f"/v1/people/{name}/x/revoke/"),
                ("GET", f"/v1/conversations/{name}"),
                ("GET", f"/v1/conversations/{name}/messages"),
                ("PUT", f"/v1/conversations/{name}/hold"),
            ):
                answer = await ask(server, method, path, {"held": True} if method == "PUT" else {}, token=application())
                code = check_error(answer.status, answer.json)
                assert code in ("not_found", "method_not_allowed"), (method, path, answer)


async def test_no_misfit_token_is_a_key(server: TureenServer) -> None:
    async with chat_of_two(server):
        tokens = {**misfit_tokens(), "of a person": signed(claims(people={"connect": True}, video=None))}
        for what, token in tokens.items():
            if not token.isascii() or any(letter in token for letter in "\r\n\0") or token != token.strip():
                continue  # no header can hold it, or what it holds is the token without it
            for path in ("/v1/people", "/v1/moderation/audit", "/v1/conversations/CV_x"):
                answer = await ask(server, "GET", path, token=token)
                code = check_error(answer.status, answer.json)
                allowed = ("unauthenticated", "token_expired", "forbidden", "not_found")
                assert code in allowed[: 4 if "conversations" in path else 3], (what, path, answer)


async def test_a_thousand_people_are_the_most_at_a_time(server: TureenServer) -> None:
    tail = secrets.token_hex(4)
    async with chat_of_two(server):
        for count, status in ((1_000, 200), (1_001, 400), (0, 400)):
            people = [{"id": f"{tail}-{number}"} for number in range(count)]
            answer = await ask(server, "PUT", "/v1/people", {"people": people}, token=application())
            assert answer.status == status
        answer = await ask(
            server,
            "DELETE",
            "/v1/people",
            {"ids": [f"{tail}-{number}" for number in range(1_000)]},
            token=application(),
        )
        assert answer.json == {"removed": 1_000}
