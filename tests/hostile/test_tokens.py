"""Whatever is wrong with a token: one and the same refusal, before any upgrade, and no word about the reason."""

from __future__ import annotations

import json
import re
import secrets
import time
import urllib.request
from typing import Any

import pytest
from livekit.protocol import rtc

from tests.hostile.misfit_tokens import claims, misfit_tokens, signed
from tests.hostile.upgrade import UPGRADE, Answer, ask
from tests.server import TureenServer
from tests.unit.doors.guest import wrapped

MISFITS = misfit_tokens()
EMPTY_JOIN = wrapped(rtc.JoinRequest())
PATHS = {"/rtc/v1": UPGRADE, "/rtc/v1/validate": {}}
NO_HEADER_VALUE = re.compile(r"[^\x20-\x7e\x80-\xff]|^\s|\s$")


def refusal(server: TureenServer, path: str, headers: dict[str, str], query: dict[str, str]) -> Answer:
    return ask(server.port, path, {**PATHS[path], **headers}, {"join_request": EMPTY_JOIN, **query})


def revoke(server: TureenServer, path: str, body: dict[str, Any]) -> None:
    application = signed(claims(video=None, people={"admin": True}))
    headers = {"Authorization": f"Bearer {application}", "Content-Type": "application/json"}
    urllib.request.urlopen(
        urllib.request.Request(f"{server.url}{path}", data=json.dumps(body).encode(), headers=headers), timeout=5
    ).close()


@pytest.fixture(scope="module")
def expected(server: TureenServer) -> Answer:
    return refusal(server, "/rtc/v1", {}, {"access_token": "not a token"})


def test_the_refusal_is_a_plain_401(expected: Answer) -> None:
    assert (expected.status, expected.body) == (401, b"invalid token")
    assert expected.headers["content-type"] == "text/plain; charset=utf-8"
    assert expected.headers["x-content-type-options"] == "nosniff"


def test_there_are_at_least_forty() -> None:
    assert len(set(MISFITS.values())) == len(MISFITS) >= 40


@pytest.mark.parametrize("path", PATHS)
def test_a_good_token_would_pass(server: TureenServer, path: str) -> None:
    for headers, query in (({}, {"access_token": signed()}), ({"Authorization": f"Bearer {signed()}"}, {})):
        assert refusal(server, path, headers, query).status in (101, 200)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", MISFITS)
def test_every_misfit_is_refused_alike(server: TureenServer, expected: Answer, path: str, name: str) -> None:
    token = MISFITS[name]
    assert refusal(server, path, {}, {"access_token": token}) == expected
    if not NO_HEADER_VALUE.search(token):
        assert refusal(server, path, {"Authorization": f"Bearer {token}"}, {}) == expected


@pytest.mark.parametrize("path", PATHS)
def test_a_good_token_in_a_wrong_place_is_none(server: TureenServer, expected: Answer, path: str) -> None:
    token = signed()
    places: list[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {"token": token}),
        ({}, {"ACCESS_TOKEN": token}),
        ({}, {"access_token": f"Bearer {token}"}),
        ({"Authorization": token}, {}),
        ({"Authorization": f"Basic {token}"}, {}),
        ({"Authorization": f"Bearer Bearer {token}"}, {}),
        ({"X-Access-Token": token}, {}),
        ({"Cookie": f"access_token={token}"}, {}),
        ({"Sec-WebSocket-Protocol": token}, {}),
    ]
    for headers, query in places:
        assert refusal(server, path, headers, query) == expected, (headers, query)


@pytest.mark.parametrize("path", PATHS)
def test_a_good_token_does_not_mend_a_bad_one(server: TureenServer, expected: Answer, path: str) -> None:
    bearer = {"Authorization": f"Bearer {signed()}"}
    assert refusal(server, path, bearer, {"access_token": signed(secret="guess")}) == expected


@pytest.mark.parametrize("path", PATHS)
def test_a_revoked_token_is_refused_alike(server: TureenServer, expected: Answer, path: str) -> None:
    somebody, token_id = f"mallory-{secrets.token_hex(4)}", secrets.token_hex(8)
    issued = claims(sub=somebody, jti=token_id, iat=int(time.time()) - 5)
    token, another = signed(issued), signed({**issued, "jti": "another"})
    assert refusal(server, path, {}, {"access_token": token}).status in (101, 200)
    revoke(server, "/v1/tokens/revoke", {"token_id": token_id})
    assert refusal(server, path, {}, {"access_token": token}) == expected
    assert refusal(server, path, {}, {"access_token": another}).status in (101, 200)
    revoke(server, f"/v1/people/{somebody}/revoke", {})
    assert refusal(server, path, {"Authorization": f"Bearer {another}"}, {}) == expected
    # Nor does anything else that is wrong come before it.
    assert refusal(server, path, {}, {"access_token": another, "join_request": "!"}) == expected


@pytest.mark.parametrize("path", PATHS)
def test_metadata_that_the_token_does_not_grant_is_refused_alike(
    server: TureenServer, expected: Answer, path: str
) -> None:
    for request in (rtc.JoinRequest(metadata="m"), rtc.JoinRequest(participant_attributes={"a": "1"})):
        query = {"access_token": signed(), "join_request": wrapped(request)}
        assert refusal(server, path, {}, query) == expected


def test_the_log_knows_the_reasons_and_none_of_the_tokens(server: TureenServer, expected: Answer) -> None:
    for name in ("expired", "no right to join", "HS512"):
        assert refusal(server, "/rtc/v1", {}, {"access_token": MISFITS[name]}) == expected
    log = server.log
    assert "The token has expired." in log
    assert "does not allow to join" in log
    assert "not signed with HS256" in log
    bodies = {token.split(".")[1] for token in MISFITS.values() if token.count(".") == 2}
    # A few letters stand in any log.
    assert not [body for body in bodies if len(body) > 8 and body in log]
