"""Tells the thermometer of `sensor.py` how often to measure: `python command_sensor.py PERSON SECONDS [URL]`.

PERSON is the one to whom it shows its readings, and who commands it. A command is a custom message: what it is called,
and data of which people see a card.
"""

import asyncio
import sys
import time

import jwt
import msgspec

from tureen.client import connect
from tureen.protocol.events import ConversationEvent, Posted
from tureen.protocol.resources import Custom

SENSOR = "thermometer-1"


async def main(person: str, seconds: str, url: str = "http://localhost:7880") -> None:
    claims = {"iss": "devkey", "sub": person, "people": {"connect": True}, "exp": time.time() + 3600}
    async with connect(url, jwt.encode(claims, "secret"), device="remote-control") as client, client.listen() as events:
        conversation = await client.direct(SENSOR)
        interval = Custom(kind="thermometer.interval", data=msgspec.Raw(msgspec.json.encode(float(seconds))))
        await client.send(conversation.id, custom=interval)
        async for event in events:
            if isinstance(event, ConversationEvent) and isinstance(event.event, Posted) and event.sender == SENSOR:
                print(event.event.message.text)
                return


asyncio.run(main(*sys.argv[1:]))
