"""Offers that lie, overflow or contradict themselves: refused at once, and the next honest one is answered."""

from __future__ import annotations

import time

import pytest
from livekit.protocol import rtc

from tests.hostile.hostile_offers import good, unanswerable
from tests.hostile.raw_client import PROMPTLY_S, RawClient, good_offer, unharmed
from tests.sdp_conformance import check_answer
from tests.server import TureenServer

UNANSWERABLE = unanswerable()
Reason = rtc.RequestResponse.Reason

ANSWERED_S = 8.0
"""For the largest honest offer, which is work and no refusal, on a busy machine."""


def offer(text: str, offer_id: int = 1) -> rtc.SessionDescription:
    return rtc.SessionDescription(type="offer", sdp=text, id=offer_id)


@pytest.mark.parametrize("name", UNANSWERABLE)
async def test_what_cannot_be_answered_is_refused(server: TureenServer, name: str) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        began = time.monotonic()
        await mallory.send(offer=offer(UNANSWERABLE[name]))
        refused = await mallory.answered()
        assert time.monotonic() - began < PROMPTLY_S
        assert refused.reason == Reason.INVALID_REQUEST
        assert len(refused.message) > 20, "it says where and why"
        await mallory.send(offer=good_offer(2))
        assert (await mallory.hears("answer")).answer.id == 2


@pytest.mark.parametrize("name", ["a thousand sections", "no user name fragment", "null bytes"])
async def test_a_running_session_survives_a_refused_offer(server: TureenServer, name: str) -> None:
    async with unharmed(server) as room:
        join = rtc.JoinRequest(publisher_offer=good_offer())
        async with RawClient.join(server, room, "mallory", join) as mallory:
            first = (await mallory.hears("answer")).answer
            await mallory.send(offer=offer(UNANSWERABLE[name], 2))
            assert (await mallory.answered()).reason == Reason.INVALID_REQUEST
            await mallory.send(offer=good_offer(3))
            again = (await mallory.hears("answer")).answer
            assert again.id == 3
            assert check_answer(good(), again.sdp, [first.sdp]) == []


async def test_a_bad_offer_within_the_join_is_refused_after_the_join(server: TureenServer) -> None:
    async with unharmed(server) as room:
        join = rtc.JoinRequest(publisher_offer=offer(UNANSWERABLE["two sections of one mid"]))
        async with RawClient.join(server, room, "mallory", join) as mallory:
            assert (await mallory.answered()).reason == Reason.INVALID_REQUEST
            await mallory.send(offer=good_offer())
            await mallory.hears("answer")


async def test_the_largest_offer_is_answered_in_time(server: TureenServer) -> None:
    """As many sections as may be, each of them in use."""
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        section = "m=" + good().split("m=")[1]
        more = [section.replace("a=mid:0", f"a=mid:x{number}") for number in range(249)]
        mids = " ".join(f"x{number}" for number in range(249))
        text = good().replace("BUNDLE 0 1 2 3 4 5 6", f"BUNDLE 0 1 2 3 4 5 6 {mids}") + "".join(more)
        began = time.monotonic()
        await mallory.send(offer=offer(text))
        answer = (await mallory.hears("answer")).answer
        assert time.monotonic() - began < ANSWERED_S
        assert check_answer(text, answer.sdp, []) == []


async def test_offers_without_end_use_the_rate_up(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        for number in range(400):
            await mallory.send(offer=good_offer(number))
        assert await mallory.closed() == 1008
