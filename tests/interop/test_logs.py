"""What the operator reads while programs meet: JSON lines that say which room and which participant."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from livekit import rtc
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.interop.guests import meeting
from tests.interop.sdk import Address, SdkProcess, sdk_scenario
from tests.interop.tones import sounding
from tests.server import TureenServer

WITHIN_S = 8.0
IDENTITY = "log-alice"


@sdk_scenario
async def _speak(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await asyncio.gather(room.join(IDENTITY), room.join("bob"))
        async with sounding(alice, 620.0, 6000.0):
            await bob.receives(IDENTITY, rtc.TrackKind.KIND_AUDIO)


def test_a_stay_is_told_with_its_ids(server: TureenServer, sdk: SdkProcess) -> None:
    _speak(server, sdk)
    about_alice = _lines_until(server, "participant left")
    assert len({(line["room"], line["room_sid"], line["participant_sid"]) for line in about_alice}) == 1
    by_event = {line["event"]: line for line in about_alice}
    assert list(by_event)[:3] == ["participant joined", "transport connected", "participant active"]
    assert by_event["participant joined"]["sdk"] == "python"
    assert by_event["participant joined"]["sdk_version"]
    assert by_event["transport connected"]["srtp_profile"].startswith("AEAD_AES_")
    assert by_event["transport connected"]["remote"].rpartition(":")[2].isdigit()
    assert by_event["first media"]["track"] == by_event["track published"]["track"]
    assert by_event["participant left"]["reason"] == "client_left"


@pytest.mark.parametrize("where", ["query", "header"])
def test_a_refused_token_leaves_its_reason_and_not_itself(where: str, server: TureenServer) -> None:
    begin = len(server.log)
    token = f"not-a-token-{where}"
    query = f"?access_token={token}" if where == "query" else ""
    headers = {"Authorization": f"Bearer {token}"} if where == "header" else {}
    with pytest.raises(InvalidStatus), connect(f"{server.ws_url}/rtc/v1{query}", additional_headers=headers):
        pass
    (line,) = _lines(server.log[begin:])
    assert (line["event"], line["status"], line["remote"]) == ("join refused", 401, "127.0.0.1")
    # The client hears "invalid token" and no more.
    assert line["reason"] not in ("", "invalid token")
    assert token not in server.log


def _lines_until(server: TureenServer, event: str) -> list[dict[str, Any]]:
    """About `IDENTITY`, once the last word about it was written: the server hears of a departure when it may."""
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        lines = [line for line in _lines(server.log) if line.get("participant") == IDENTITY]
        if any(line["event"] == event for line in lines):
            return lines
        time.sleep(0.05)  # another process writes the file
    raise AssertionError(f"no {event!r} about {IDENTITY} within {WITHIN_S} s")


def _lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]
