"""Two people with all that two people can share, and those around them who have no part in it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.hostile.api import ask
from tests.hostile.misfit_tokens import claims, signed
from tests.hostile.native_client import NativeClient, hello, person
from tests.hostile.raw_client import check_no_defect
from tests.server import TureenServer

SECRET_WORD = "marzipan"
CHUNK = {"Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True)
class Village:
    """Names and ids; everyone is connected and has heard all that they were told so far."""

    server: TureenServer
    ann: NativeClient
    bob: NativeClient
    ann_id: str
    bob_id: str
    refs: Mapping[str, Any]
    """What belongs to ann and bob, by the names of fields."""
    file_url: str

    async def hears_nothing(self) -> None:
        """Neither of the two has been told of anything since this was asked last."""
        for someone in (self.ann, self.bob):
            before = len(someone.received)
            await someone.asks("ping")
            assert [message for message in someone.received[before:] if message["type"] != "done"] == []
        check_no_defect(self.server)

    async def state(self) -> Any:
        """All that could be changed."""
        found = [
            await self.ann.asks("conversation.get", conversation=self.refs["conversation"]),
            await self.ann.asks("history.get", conversation=self.refs["conversation"]),
            await self.ann.asks("history.get", conversation=self.refs["conversation"], thread=self.refs["thread"]),
            await self.ann.asks("state.get", conversation=self.refs["conversation"]),
            await self.ann.asks("call.history"),
            await self.ann.asks("contacts.list"),
        ]
        return [_lasting({key: value for key, value in each.items() if key != "id"}) for each in found]


def nowhere(refs: Mapping[str, Any]) -> dict[str, Any]:
    """As ids of the same kinds look that nobody gave away."""
    return {name: _other(value) for name, value in refs.items()}


@asynccontextmanager
async def village(server: TureenServer) -> AsyncIterator[Village]:
    """A group with a thread, a reaction, a state and a file; and its call, which goes on."""
    tail = secrets.token_hex(4)
    names = f"ann-{tail}", f"bob-{tail}"
    async with NativeClient.enter(server, names[0]) as ann, NativeClient.enter(server, names[1]) as bob:
        group = (await ann.asks("conversation.create", title="two", users=[names[1]]))["conversation"]["id"]
        file = await uploaded(server, ann, group, "marzipan.txt", SECRET_WORD.encode())
        unclaimed = await uploaded(server, ann, group, "more.txt", b"more")
        said = await ann.asks("message.send", conversation=group, text=SECRET_WORD, attachments=[file["id"]])
        message = said["message"]
        await bob.asks("message.send", conversation=group, text=f"{SECRET_WORD}?", thread=message)
        await bob.asks("message.react", conversation=group, message=message, label="+")
        await ann.asks("state.set", conversation=group, key="slide", data=7)
        call = (await ann.asks("call.start", users=[names[1]], conversation=group))["call"]["id"]
        path = (await bob.asks("call.accept", call=call))["call"]["generation"]
        for someone in (ann, bob):
            await someone.asks("call.connected", call=call, generation=path)
        refs = {
            "conversation": group,
            "message": message,
            "thread": message,
            "reply_to": message,
            "call": call,
            "attachments": [unclaimed["id"]],
            "version": 1,
            "epoch": said["epoch"],
            "query": SECRET_WORD,
        }
        told = Village(server, ann, bob, *names, refs, file["url"])
        for someone in (ann, bob):
            await someone.asks("ping")
        yield told


async def uploaded(
    server: TureenServer, client: NativeClient, conversation: str, name: str, content: bytes
) -> dict[str, Any]:
    """A file that is ready."""
    upload = await client.asks("upload.create", conversation=conversation, name=name, size_bytes=len(content))
    answer = await ask(server, "PATCH", upload["url"], content, headers={**CHUNK, "Upload-Offset": "0"})
    assert answer.status == 200, answer
    file: dict[str, Any] = answer.json
    return file


@asynccontextmanager
async def intruder(place: Village, way: str) -> AsyncIterator[tuple[NativeClient, str]]:
    """Somebody who comes to the village in one of many ways: the device, and the token that it came with."""
    name = place.ann_id if way == "a guest of the same name" else f"mallory-{secrets.token_hex(4)}"
    token = WAYS[way](name)
    async with NativeClient.knock(place.server) as mallory:
        await mallory.say(**hello(token))
        await mallory.hears("synced")
        await _prepare(place, way, name)
        await mallory.asks("ping")
        yield mallory, token


WAYS: dict[str, Any] = {
    "a stranger": person,
    "one who was removed": person,
    "one who was banned": person,
    "one who left": person,
    "one who is blocked": person,
    "a guest of another room": lambda name: signed(claims(sub=name)),
    "a guest of the same name": lambda name: signed(claims(sub=name)),
    "a moderator of another room": lambda name: person(name, video={"roomJoin": True, "room": "r", "roomAdmin": True}),
}


async def _prepare(place: Village, way: str, name: str) -> None:
    group = place.refs["conversation"]
    if way == "one who is blocked":
        await place.ann.asks("contacts.block", user=name)
        await place.bob.asks("contacts.block", user=name)
    if way in ("one who was removed", "one who was banned", "one who left"):
        added = await place.ann.asks("conversation.add", conversation=group, users=[name])
        assert name in [member["user"] for member in added["conversation"]["members"]]
    if way == "one who left":
        async with NativeClient.enter(place.server, name, "other") as other:
            await other.asks("conversation.leave", conversation=group)
    elif way in ("one who was removed", "one who was banned"):
        ban = way == "one who was banned"
        assert (await place.ann.asks("conversation.remove", conversation=group, users=[name], ban=ban))[
            "type"
        ] == "done"
    for someone in (place.ann, place.bob):
        await someone.asks("ping")


def _other(value: Any) -> Any:
    if isinstance(value, list):
        return [_other(each) for each in value]
    if isinstance(value, str) and value[2:3] == "_":
        return value[:3] + "x" * (len(value) - 3)
    return value


def _lasting(value: Any) -> Any:
    """Without addresses, which are signed anew."""
    if isinstance(value, dict):
        return {key: _lasting(each) for key, each in value.items() if key not in ("url", "thumbnail_url")}
    return [_lasting(each) for each in value] if isinstance(value, list) else value
