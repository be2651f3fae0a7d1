"""Writes to somebody, and waits for the answer: `python write_to_somebody.py PERSON [URL]`."""

import asyncio
import sys
import time

import jwt

from tureen.client import connect
from tureen.protocol.events import ConversationEvent, Posted


async def main(person: str, url: str = "http://localhost:7880") -> None:
    claims = {"iss": "devkey", "sub": "robot", "name": "Robot", "people": {"connect": True}, "exp": time.time() + 3600}
    async with connect(url, jwt.encode(claims, "secret"), device="robot-1") as client, client.listen() as events:
        conversation = await client.direct(person)
        await client.send(conversation.id, "Good morning. How are you?")
        async for event in events:
            if isinstance(event, ConversationEvent) and isinstance(event.event, Posted) and event.sender == person:
                print(event.event.message.text)
                return


asyncio.run(main(*sys.argv[1:]))
