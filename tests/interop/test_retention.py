"""What is kept no longer is gone from a server that is started again: messages, their files, positions before them."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from benches.tokens import person_token
from tests.hostile.native_client import NativeClient, hello, person
from tests.hostile.raw_client import check_no_defect
from tests.server import TureenServer

WITHIN_S = 30.0
TWO_DAYS_MS = 2 * 86_400_000


def grow_old(state: Path) -> None:
    """All that happened, happened two days earlier."""
    with sqlite3.connect(state / "tureen" / "tureen.db") as database:
        for table, column in (
            ("conversation_events", "at"),
            ("messages", "sent_at"),
            ("conversations", "oldest_at"),
        ):
            database.execute(f'UPDATE {table} SET "{column}" = "{column}" - {TWO_DAYS_MS}')
    database.close()


class Application:
    """The HTTP API, by a token of the application's."""

    def __init__(self, server: TureenServer, http: ClientSession) -> None:
        self._url = f"http://127.0.0.1:{server.port}"
        self._http = http

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        token = person_token("app", admin=True)
        async with self._http.request(
            method, self._url + path, json=body, headers={"Authorization": f"Bearer {token}"}
        ) as response:
            return response.status, await response.json()

    async def texts(self, conversation: str) -> list[str]:
        status, page = await self.ask("GET", f"/v1/conversations/{conversation}/messages")
        assert status == 200
        return [message.get("text", "") for message in page["messages"]]

    async def send_file(self, url: str, content: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        async with self._http.patch(self._url + url, data=content, headers=headers) as response:
            assert response.status == 200
            attachment: dict[str, Any] = await response.json()
            return attachment

    async def status(self, url: str) -> int:
        async with self._http.get(self._url + url) as response:
            return response.status


async def test_old_messages_are_gone_but_for_those_that_are_held(tmp_path: Path) -> None:
    state = tmp_path / "state"
    environment = {"TUREEN_MESSAGES_GROUP_DAYS": "1", "XDG_STATE_HOME": str(state)}
    server = await asyncio.to_thread(TureenServer.start, tmp_path, environment=environment)
    try:
        async with ClientSession() as http, NativeClient.enter(server, "ann") as ann:
            application = Application(server, http)
            made = [await ann.asks("conversation.create", title=title) for title in ("old", "held")]
            old, held = (each["conversation"]["id"] for each in made)
            upload = await ann.asks("upload.create", conversation=old, name="soup.txt", size_bytes=4)
            await application.send_file(upload["url"], b"soup")
            files = [upload["attachment"]["id"]]
            await ann.asks("message.send", conversation=old, text="with a file", attachments=files)
            await ann.asks("message.send", conversation=held, text="evidence")
            (page,) = (await application.ask("GET", f"/v1/conversations/{old}/messages"))[1]["messages"]
            url = page["attachments"][0]["url"]
            assert await application.status(url) == 200
            assert await application.ask("PUT", f"/v1/conversations/{held}/hold", {"held": True}) == (
                200,
                {"held": True},
            )
            epoch = made[0]["conversation"]["epoch"]
    finally:
        await asyncio.to_thread(server.stop)
    grow_old(state)
    server = await asyncio.to_thread(TureenServer.start, tmp_path, port=server.port, environment=environment)
    try:
        async with ClientSession() as http:
            application = Application(server, http)
            deadline = time.monotonic() + WITHIN_S
            # Files go after the messages that they were in.
            while await application.texts(old) or await application.status(url) != 404:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.2)
            assert await application.texts(held) == ["evidence"]
            async with NativeClient.knock(server) as ann:
                positions = [{"conversation": old, "epoch": epoch, "seq": 0}]
                await ann.say(**hello(person("ann"), positions=positions))
                assert (await ann.hears("gap"))["conversation"] == old
                await ann.hears("synced")
                assert (await ann.asks("message.send", conversation=old, text="fresh"))["type"] == "sent"
            assert await application.texts(old) == ["fresh"]
        check_no_defect(server)
    finally:
        await asyncio.to_thread(server.stop)
