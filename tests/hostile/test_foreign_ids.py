"""Whoever has no part in something is answered as if it did not exist, and nobody hears of the question."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from tests.hostile.api import application, ask
from tests.hostile.documented import check_answer, check_error
from tests.hostile.native_client import NativeClient, hello
from tests.hostile.spoilt_commands import COMMANDS, example
from tests.hostile.village import SECRET_WORD, WAYS, intruder, nowhere, uploaded, village
from tests.server import TureenServer

FOREIGN = [
    name for name, kind in COMMANDS.items() if {"conversation", "call"} & set(kind.__struct_fields__)
]  # fmt: skip
"""Commands that name what belongs to somebody."""

WITHIN = ["message.edit", "message.delete", "message.react", "message.report", "message.send", "history.get"]
"""Those that name a message or a file besides."""


@pytest.fixture(scope="session")
def server(patient_server: TureenServer) -> TureenServer:
    return patient_server


async def answer_to(client: NativeClient, name: str, known: dict[str, Any]) -> dict[str, Any]:
    """Without what differs from command to command."""
    command = f"f{secrets.token_hex(8)}"
    await client.say(**example(COMMANDS[name], known, command))
    answer = await client.answered(command)
    check_answer(answer)
    return {key: value for key, value in answer.items() if key != "id"}


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_somebody_elses_is_as_if_it_did_not_exist(server: TureenServer, way: str) -> None:
    async with village(server) as place, intruder(place, way) as (mallory, _):
        before = await place.state()
        for name in FOREIGN:
            real = await answer_to(mallory, name, dict(place.refs))
            assert real["type"] == "failed", name
            assert real == await answer_to(mallory, name, nowhere(place.refs)), name
        await place.hears_nothing()
        assert await place.state() == before


@pytest.mark.parametrize("way", ["a stranger", "one who was banned", "one who is blocked"])
async def test_nor_can_it_be_reached_from_ones_own_conversation(server: TureenServer, way: str) -> None:
    async with village(server) as place, intruder(place, way) as (mallory, _):
        own = (await mallory.asks("conversation.create"))["conversation"]["id"]
        before = await place.state()
        for name in WITHIN:
            for field in {"message", "thread", "reply_to", "attachments"} & set(COMMANDS[name].__struct_fields__):
                known = {"conversation": own, "text": "x", field: place.refs[field]}
                real = await answer_to(mallory, name, known)
                assert real.get("messages", []) == []
                assert real["type"] in ("failed", "messages"), (name, field)
                assert real == await answer_to(mallory, name, nowhere(known) | {"conversation": own}), (name, field)
        await place.hears_nothing()
        assert await place.state() == before


@pytest.mark.parametrize("way", WAYS)
async def test_nothing_that_one_may_list_holds_it(server: TureenServer, way: str) -> None:
    async with village(server) as place, intruder(place, way) as (mallory, _):
        for name in ("conversation.list", "message.search", "call.history", "people.search", "presence.watch"):
            answer = await answer_to(mallory, name, {"query": SECRET_WORD, "users": [place.bob_id]})
            assert SECRET_WORD not in str(answer)
            assert place.refs["conversation"] not in str(answer)
            assert place.refs["call"] not in str(answer)
        await place.hears_nothing()


@pytest.mark.parametrize("way", WAYS)
async def test_nor_does_the_http_api(server: TureenServer, way: str) -> None:
    async with village(server) as place, intruder(place, way) as (_, token):
        for ending in ("", "/messages", f"/messages?thread={place.refs['thread']}", "/messages?after=0"):
            answers = [
                await ask(server, "GET", f"/v1/conversations/{refs['conversation']}{ending}", token=token)
                for refs in (place.refs, nowhere(place.refs))
            ]
            assert answers[0].status == 404
            assert answers[0].body == answers[1].body
            check_error(answers[0].status, answers[0].json)


APPLICATION_ONLY = [
    ("GET", "/v1/people"),
    ("GET", "/v1/people/{ann}"),
    ("PUT", "/v1/people"),
    ("PATCH", "/v1/people/{ann}"),
    ("DELETE", "/v1/people"),
    ("DELETE", "/v1/people/{ann}"),
    ("POST", "/v1/people/{ann}/revoke"),
    ("POST", "/v1/tokens/revoke"),
    ("POST", "/v1/conversations"),
    ("POST", "/v1/conversations/{conversation}/messages"),
    ("PUT", "/v1/conversations/{conversation}/hold"),
    ("DELETE", "/v1/messages?sender={ann}"),
    ("GET", "/v1/moderation/reports"),
    ("PATCH", "/v1/moderation/reports/1"),
    ("GET", "/v1/moderation/audit"),
]


@pytest.mark.parametrize("way", ["a stranger", "a guest of the same name", "a moderator of another room"])
async def test_what_is_the_applications_is_nobody_elses(server: TureenServer, way: str) -> None:
    async with village(server) as place, intruder(place, way) as (_, token):
        before = await place.state()
        for method, path in APPLICATION_ONLY:
            targets = [
                path.format(ann=ann, conversation=refs["conversation"])
                for ann, refs in ((place.ann_id, place.refs), ("nobody-at-all", nowhere(place.refs)))
            ]
            body: dict[str, Any] = {"people": [{"id": place.ann_id}], "ids": [place.ann_id], "sender": place.ann_id}
            answers = [await ask(server, method, target, body, token=token) for target in targets]
            assert (answers[0].status, answers[0].body) == (answers[1].status, answers[1].body)
            assert check_error(answers[0].status, answers[0].json) == "forbidden"
            unsigned = await ask(server, method, targets[0], body)
            assert check_error(unsigned.status, unsigned.json) == "unauthenticated"
            assert unsigned.headers["www-authenticate"] == "Bearer"
        await place.hears_nothing()
        assert await place.state() == before


async def test_the_muted_reach_nobody(server: TureenServer) -> None:
    async with village(server) as place:
        group = place.refs["conversation"]
        own = (await place.bob.asks("message.send", conversation=group, text="mine"))["message"]
        await place.ann.asks("conversation.mute", conversation=group, user=place.bob_id, until=2**50)
        for someone in (place.ann, place.bob):
            await someone.asks("ping")
        heard = len(place.ann.received)
        writing = [name for name in FOREIGN if name.startswith(("message.", "typing", "signal", "state.set", "upload"))]
        known = {**place.refs, "message": own, "text": "x", "attachments": []}
        for name in [*writing, "call.start"]:
            if name in ("message.delete", "message.search", "message.report"):
                continue  # theirs to take back, to read, and to complain of
            answer = await answer_to(place.bob, name, {**known, "users": ["nobody-at-all"]})
            assert answer.get("code") == "forbidden", (name, answer)
        await place.ann.asks("ping")
        assert [message["type"] for message in place.ann.received[heard:]] == ["done"]


async def hidden_people(server: TureenServer) -> tuple[str, str]:
    """One who hides from everybody, and one who does not exist, with names of one length."""
    tail = secrets.token_hex(4)
    nobody = dict.fromkeys(("profile", "search", "reach", "presence", "last_seen"), "nobody")
    answer = await ask(
        server,
        "PUT",
        "/v1/people",
        {"people": [{"id": f"hermit-{tail}", "name": f"Hermit {tail}", "privacy": nobody}]},
        token=application(),
    )
    assert answer.status == 200
    return f"hermit-{tail}", f"nobody-{tail}"


async def test_who_hides_is_as_if_they_did_not_exist(server: TureenServer) -> None:
    hermit, nobody = await hidden_people(server)
    tail = secrets.token_hex(4)
    async with (
        NativeClient.enter(server, hermit) as hiding,
        NativeClient.enter(server, f"mallory-{tail}") as mallory,
    ):
        group = (await mallory.asks("conversation.create"))["conversation"]["id"]
        # One for each, as an invitation stays visible in it.
        made = {user: await mallory.asks("call.start", users=[f"of-{user}"]) for user in (hermit, nobody)}
        calls = {user: answer["call"]["id"] for user, answer in made.items()}
        before = len(hiding.received)
        for name, kind in COMMANDS.items():
            if not {"user", "users"} & set(kind.__struct_fields__):
                continue
            answers = []
            for user in (hermit, nobody):
                known = {"user": user, "users": [user], "conversation": group, "call": calls[user]}
                if name == "call.start":
                    del known["conversation"]
                answers.append(str(_timeless(await answer_to(mallory, name, known))).replace(user, "user"))
            assert answers[0] == answers[1], name
        found = await mallory.asks("people.search", query="Hermit", limit=200)
        assert hermit not in str(found)
        await hiding.asks("ping")
        assert [message["type"] for message in hiding.received[before:]] == ["done"]


def _timeless(value: Any) -> Any:
    """Without points in time and what is numbered."""
    if isinstance(value, dict):
        numbered = ("room", "epoch", "version", "head_seq", "read_seq", "delivered_seq", "seq")
        return {
            key: _timeless(each)
            for key, each in value.items()
            if not key.endswith(("_at", "_until")) and key not in numbered and not str(each).startswith(("CA_", "CV_"))
        }
    return [_timeless(each) for each in value] if isinstance(value, list) else value


async def test_nothing_reaches_who_blocks(server: TureenServer) -> None:
    """Whatever a blocked one does: in a conversation that both have, and with every command that names people."""
    tail = secrets.token_hex(4)
    async with (
        NativeClient.enter(server, f"ann-{tail}") as ann,
        NativeClient.enter(server, f"mallory-{tail}") as mallory,
        NativeClient.enter(server, f"friend-{tail}"),
    ):
        direct = (await mallory.asks("conversation.direct", user=f"ann-{tail}"))["conversation"]
        said = await mallory.asks("message.send", conversation=direct["id"], text="before")
        await ann.hears("conversation.event")
        answered = await ann.asks("message.send", conversation=direct["id"], text="answer")
        await ann.asks("contacts.block", user=f"mallory-{tail}")
        call = (await mallory.asks("call.start", users=[f"friend-{tail}"]))["call"]["id"]
        await ann.asks("ping")
        before = len(ann.received)
        known = {
            "conversation": direct["id"], "message": said["message"], "text": "x", "version": 1, "call": call,
            "user": f"ann-{tail}", "users": [f"ann-{tail}"], "seq": answered["seq"],
        }  # fmt: skip
        for name, kind in COMMANDS.items():
            theirs = {"conversation", "user", "users"} & set(kind.__struct_fields__)
            if theirs and name not in ("message.delete", "contacts.block"):
                for fields in (known, {key: value for key, value in known.items() if key != "conversation"}):
                    if "conversation" in fields or name in ("call.start", "message.search"):
                        await answer_to(mallory, name, fields)
        for message in list(mallory.received):
            if message["type"] == "call":
                await mallory.asks("call.hang_up", call=message["call"]["id"])
        watched = await mallory.asks("presence.watch", users=[f"ann-{tail}"])
        assert [presence["availability"] for presence in watched["presences"]] == ["offline"]
        await mallory.asks("ping")
        await ann.asks("ping")
        assert [message["type"] for message in ann.received[before:]] == ["done"]
        history = await ann.asks("history.get", conversation=direct["id"])
        assert [message["text"] for message in history["messages"]] == ["before", "answer"]
        assert (await ann.asks("call.history"))["calls"] == []


async def test_files_are_their_uploaders_until_they_are_sent(server: TureenServer) -> None:
    async with village(server) as place:
        group = place.refs["conversation"]
        mine = await uploaded(server, place.ann, group, "mine.txt", b"mine")
        for client, conversation in ((place.bob, group), (place.ann, None)):
            where = conversation or (await client.asks("conversation.create"))["conversation"]["id"]
            real = await answer_to(client, "message.send", {"conversation": where, "attachments": [mine["id"]]})
            none = await answer_to(
                client, "message.send", {"conversation": where, "attachments": ["AT_xxxxxxxxxxxxxxxx"]}
            )
            assert real == none
            assert real["code"] == "not_found"
        sent = await answer_to(place.ann, "message.send", {"conversation": group, "attachments": [mine["id"]]})
        assert sent["type"] == "sent"
        again = await answer_to(place.ann, "message.send", {"conversation": group, "attachments": [mine["id"]]})
        assert again["code"] == "conflict"


async def test_who_is_banned_hears_no_more_on_the_socket_that_is_open(server: TureenServer) -> None:
    async with village(server) as place, intruder(place, "one who was banned") as (mallory, token):
        before = len(mallory.received)
        await place.ann.asks("message.send", conversation=place.refs["conversation"], text="among us")
        await place.ann.asks("typing", conversation=place.refs["conversation"])
        await place.ann.asks("signal.send", conversation=place.refs["conversation"], name="wave")
        await place.ann.asks("state.set", conversation=place.refs["conversation"], key="slide", data=8)
        await mallory.asks("ping")
        assert [message["type"] for message in mallory.received[before:]] == ["done"]
        async with NativeClient.knock(server) as back:
            position = {"conversation": place.refs["conversation"], "epoch": place.refs["epoch"], "seq": 1}
            unknown = {**position, "conversation": nowhere(place.refs)["conversation"]}
            await back.say(**hello(token, "back", positions=[position, unknown]))
            await back.hears("synced")
            gone = [message for message in back.received if message["type"] == "conversation.gone"]
            assert [message["conversation"] for message in gone] == [position["conversation"], unknown["conversation"]]
            assert len(back.received) == 4


async def test_a_guest_of_ones_own_name_hears_nothing_of_ones_own(server: TureenServer) -> None:
    async with village(server) as place, intruder(place, "a guest of the same name") as (namesake, _):
        before = len(namesake.received)
        await place.bob.asks("message.send", conversation=place.refs["conversation"], text="for ann alone")
        async with NativeClient.enter(server, f"caller-{secrets.token_hex(4)}") as caller:
            await caller.asks("call.start", users=[place.ann_id])
        await place.ann.hears("call.changed")
        await namesake.asks("conversation.list")
        assert [message["type"] for message in namesake.received[before:]] == ["conversations"]


def test_all_that_is_somebodys_is_asked_for() -> None:
    """A command that names something by a new word has to be considered here."""
    words = {field for kind in COMMANDS.values() for field in kind.__struct_fields__}
    assert words - KNOWN_WORDS == set()


KNOWN_WORDS = {
    "id", "token", "device", "version", "client", "positions", "idle", "users", "query", "limit", "away", "status_text",
    "user", "blocked", "endpoint", "p256dh", "auth", "media", "conversation", "path", "call", "this_device",
    "generation", "reason", "description", "description_type", "candidates", "before", "room", "title", "avatar",
    "after", "ban", "role", "until", "text", "mentions", "attachments", "reply_to", "thread", "custom", "message",
    "label", "on", "epoch", "seq", "name", "data", "key", "size_bytes", "happenings",
}  # fmt: skip
