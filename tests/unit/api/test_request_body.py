"""Bodies that do not come, or not in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.requests import Request

import tureen.api.request_body as request_body
from tureen.api.errors import ApiError
from tureen.api.request_body import read_json_untrusted

Receive = Callable[[], Awaitable[Any]]


def request(receive: Receive) -> Request:
    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", b"application/json")]}, receive)


async def silence() -> Any:
    await asyncio.Event().wait()


async def goodbye() -> Any:
    return {"type": "http.disconnect"}


@pytest.mark.parametrize(("receive", "code"), [(silence, "timeout"), (goodbye, "incomplete")])
async def test_end_in_a_typed_error(receive: Receive, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_S", 0.01)
    with pytest.raises(ApiError) as refused:
        await read_json_untrusted(request(receive), dict, 100)
    assert refused.value.wire_code == code
