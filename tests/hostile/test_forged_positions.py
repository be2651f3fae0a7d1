"""Numbers that a client makes up: positions, epochs, versions, and ids of commands that were used before."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.hostile.chat_of_two import chat_of_two
from tests.hostile.documented import check_answer
from tests.hostile.native_client import NativeClient, hello, person
from tests.hostile.village import village
from tests.server import TureenServer

FAR = 2**53


@pytest.fixture(scope="session")
def server(patient_server: TureenServer) -> TureenServer:
    return patient_server


@pytest.mark.parametrize(
    ("epoch", "seq", "told"),
    [
        ("", FAR, ["gap"]),
        ("", 1000, ["gap"]),
        ("other", 1, ["gap"]),
        ("other", FAR, ["gap"]),
        ("", 0, ["conversation.event"] * 4),
        ("", 3, ["conversation.event"]),
    ],
)
async def test_a_position_is_continued_or_void(server: TureenServer, epoch: str, seq: int, told: list[str]) -> None:
    async with village(server) as place:
        position = {
            "conversation": place.refs["conversation"],
            "epoch": epoch or place.refs["epoch"],
            "seq": seq,
        }
        async with NativeClient.knock(server) as back:
            await back.say(**hello(person(place.ann_id), "back", positions=[position]))
            await back.hears("synced")
            about = [each["type"] for each in back.received if each.get("conversation") == position["conversation"]]
            assert about == told
        events = await place.ann.asks("events.get", **{**position, "after": position.pop("seq")})
        check_answer(events)
        assert events.get("recovered", True) is (told != ["gap"])
        assert len(events.get("events", [])) == (0 if told == ["gap"] else len(told))


async def test_the_same_position_many_times_costs_little(server: TureenServer) -> None:
    async with chat_of_two(server), village(server) as place:
        position = {"conversation": place.refs["conversation"], "epoch": place.refs["epoch"], "seq": 0}
        unknown = {**position, "conversation": "CV_x"}
        async with NativeClient.knock(server) as back:
            await back.say(**hello(person(place.ann_id), "back", positions=[position] * 100 + [unknown] * 300))
            await back.hears("synced")
            kinds = [each["type"] for each in back.received]
            assert kinds.count("conversation.event") <= 400
            assert kinds.count("conversation.gone") == 300


FORGED: list[tuple[str, dict[str, Any], str | None]] = [
    ("history.get", {"before": 0}, None),
    ("history.get", {"before": FAR}, None),
    ("history.get", {"after": FAR}, None),
    ("history.get", {"before": 5, "after": 1}, "invalid"),
    ("history.get", {"after": -1}, "invalid"),
    ("history.get", {"after": FAR + 1}, "invalid"),
    ("events.get", {"epoch": "", "after": 0}, None),
    ("events.get", {"epoch": "x" * 33, "after": 0}, "invalid"),
    ("mark.read", {"seq": FAR}, None),
    ("mark.delivered", {"seq": 0}, None),
    ("message.edit", {"version": 0, "text": "x"}, "conflict"),
    ("message.edit", {"version": -1, "text": "x"}, "conflict"),
    ("message.edit", {"version": 2**63, "text": "x"}, "conflict"),
    ("message.edit", {"version": 10**300, "text": "x"}, "conflict"),
    ("conversation.list", {"before": 0}, None),
    ("conversation.list", {"before": FAR}, None),
    ("call.history", {"before": 0}, None),
    ("message.search", {"query": "x", "before": FAR}, None),
    ("call.connected", {"generation": 2**63}, None),
    ("call.connected", {"generation": -1}, None),
    ("call.failed", {"generation": 10**300}, None),
    ("call.signal", {"generation": -(2**70), "description": "x", "description_type": "offer"}, None),
]
"""Each with the code of the answer; None: it changes nothing."""


async def test_numbers_from_elsewhere(server: TureenServer) -> None:
    async with village(server) as place:
        refs = {name: place.refs[name] for name in ("conversation", "message", "call")}
        for name, fields, code in FORGED:
            answer = await place.ann.asks(name, **refs, **fields)
            check_answer(answer)
            assert answer.get("code") == code, (name, fields, answer)
        conversation = (await place.ann.asks("conversation.get", **refs))["conversation"]
        assert all(member.get("read_seq", 0) <= conversation["head_seq"] for member in conversation["members"])
        # What belongs to another path leaves the call as it is.
        (call,) = (await place.ann.asks("call.history"))["calls"]
        assert (call["state"], call.get("path", "direct")) == ("active", "direct")
        await place.bob.asks("ping")
        assert not [message for message in place.bob.received if message["type"] == "call.signal"]


async def test_an_id_that_was_used_is_answered_as_before_whatever_comes_with_it(server: TureenServer) -> None:
    async with village(server) as place:
        where = place.refs["conversation"]
        first = await place.ann.asks("message.send", conversation=where, text="first")
        for kind, fields in (
            ("message.send", {"text": "second"}),
            ("message.delete", {"message": place.refs["message"]}),
            ("conversation.remove", {"users": [place.bob_id], "ban": True}),
            ("history.get", {}),
        ):
            await place.ann.say(type=kind, id=first["id"], conversation=where, **fields)
            assert await place.ann.answered(first["id"]) == first
        history = await place.ann.asks("history.get", conversation=where)
        assert [message["text"] for message in history["messages"]] == ["marzipan", "first"]


async def test_an_id_is_its_persons_own(server: TureenServer) -> None:
    """Neither does somebody else's id keep one from writing, nor tell what was written with it."""
    async with village(server) as place:
        where, used = place.refs["conversation"], f"used-{secrets.token_hex(4)}"
        told = []
        for someone, text in ((place.ann, "ann's"), (place.bob, "bob's")):
            await someone.say(type="message.send", id=used, conversation=where, text=text)
            told.append(await someone.answered(used))
        assert told[0]["message"] != told[1]["message"]
        assert told[1]["seq"] == told[0]["seq"] + 1
        # Whose command it was, the other side does not learn: it could be sent again by them.
        events = await place.bob.asks(
            "events.get", conversation=where, epoch=told[0]["epoch"], after=told[0]["seq"] - 1
        )
        assert [event.get("command", "") for event in events["events"]] == ["", used]


async def test_after_leaving_no_id_opens_the_door_again(server: TureenServer) -> None:
    """Not on another device either, where no reply to the id is kept."""
    tail = secrets.token_hex(4)
    async with (
        NativeClient.enter(server, f"mallory-{tail}") as mallory,
        NativeClient.enter(server, f"ann-{tail}") as ann,
    ):
        await mallory.say(type="conversation.create", id="make", users=[f"ann-{tail}"])
        group = (await mallory.answered("make"))["conversation"]["id"]
        await mallory.asks("conversation.role", conversation=group, user=f"ann-{tail}", role="owner")
        await ann.asks("conversation.remove", conversation=group, users=[f"mallory-{tail}"], ban=True)
        await ann.asks("message.send", conversation=group, text="among us")
        async with NativeClient.enter(server, f"mallory-{tail}", "two") as again:
            await again.say(type="conversation.create", id="make", users=[f"ann-{tail}"])
            answer = await again.answered("make")
            assert (answer["type"], answer["code"]) == ("failed", "not_found")
