"""A thermometer that shows somebody its readings and obeys commands: `python sensor.py PERSON [URL]`.

The newest reading is a *state* of their conversation: whoever comes later sees it at once, and a slow connection gets
the last one instead of all. A command is a custom message: {"kind": "thermometer.interval", "data": seconds}.
"""

import asyncio
import math
import sys
import time

import jwt
import msgspec

from tureen.client import Client, connect
from tureen.protocol.events import ConversationEvent, Posted

ME = "thermometer-1"


async def token() -> str:
    """In a real sensor it comes from your application; the key pair is that of `tureen serve --dev`."""
    claims = {"iss": "devkey", "sub": ME, "name": "Thermometer", "people": {"connect": True}, "exp": time.time() + 3600}
    return jwt.encode(claims, "secret")


async def measure(client: Client, conversation: str, interval: list[float]) -> None:
    while True:
        celsius = round(20 + 2 * math.sin(time.time()), 1)
        await client.set_state(conversation, "temperature", {"celsius": celsius})
        await asyncio.sleep(interval[0])


async def obey(client: Client, conversation: str, interval: list[float]) -> None:
    async with client.listen() as events:
        async for event in events:
            match event:
                case ConversationEvent(conversation=where, event=Posted(message=message)) if where == conversation:
                    if message.custom is not None and message.custom.kind == "thermometer.interval":
                        interval[0] = max(0.1, msgspec.json.decode(message.custom.data, type=float))
                        await client.send(conversation, f"A reading every {interval[0]} s from now on.")


async def main(person: str, url: str = "http://localhost:7880") -> None:
    async with connect(url, token, device=ME) as client:
        conversation, interval = await client.direct(person), [2.0]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(measure(client, conversation.id, interval))
            tasks.create_task(obey(client, conversation.id, interval))


asyncio.run(main(*sys.argv[1:]))
