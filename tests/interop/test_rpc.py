"""Remote procedure calls between participants."""

from __future__ import annotations

import asyncio

import pytest
from livekit import rtc

from tests.interop.guests import Guest, meeting
from tests.interop.sdk import Address, sdk_scenario


def _serve(guest: Guest) -> None:
    def reverse(call: rtc.RpcInvocationData) -> str:
        return f"{call.caller_identity}:{call.payload[::-1]}"

    def refuse(_call: rtc.RpcInvocationData) -> str:
        raise rtc.RpcError(101, "not today", "try tomorrow")

    guest.me.register_rpc_method("reverse", reverse)
    guest.me.register_rpc_method("refuse", refuse)


async def _call(guest: Guest, to: str, method: str, payload: str) -> str:
    return await guest.me.perform_rpc(destination_identity=to, method=method, payload=payload, response_timeout=8)


@sdk_scenario
async def test_calls_work_both_ways_and_at_once(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        _serve(alice)
        _serve(bob)
        answers = await asyncio.gather(
            *(_call(alice, "bob", "reverse", f"one {number}") for number in range(10)),
            *(_call(bob, "alice", "reverse", f"two {number}") for number in range(10)),
        )
        assert answers[:10] == [f"alice:{number} eno" for number in range(10)]
        assert answers[10:] == [f"bob:{number} owt" for number in range(10)]


@sdk_scenario
async def test_a_call_of_100_kilobytes(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        _serve(bob)
        payload = "".join(chr(0x61 + number * 31 % 26) for number in range(100_000))
        assert await _call(alice, "bob", "reverse", payload) == f"alice:{payload[::-1]}"


@sdk_scenario
async def test_errors_travel_back(server: Address) -> None:
    async with meeting(server) as room:
        alice, bob = await room.pair()
        _serve(bob)
        for method, code in (("refuse", 101), ("unheard of", rtc.RpcError.ErrorCode.UNSUPPORTED_METHOD)):
            with pytest.raises(rtc.RpcError) as refused:
                await _call(alice, "bob", method, "")
            assert refused.value.code == code
