"""Joins a room and counts the pictures that arrive: `python join_a_room.py [URL [ROOM]]`."""

import asyncio
import sys

from livekit import api, rtc


async def main(url: str = "ws://localhost:7880", name: str = "kitchen") -> None:
    grants = api.VideoGrants(room_join=True, room=name)
    token = api.AccessToken("devkey", "secret").with_identity("robot").with_grants(grants).to_jwt()
    room, watching = rtc.Room(), list[asyncio.Task[None]]()
    room.on("participant_connected", lambda person: print(person.identity, "came"))
    room.on("track_subscribed", lambda *what: watching.append(asyncio.create_task(watch(*what))))
    await room.connect(url, token)
    await asyncio.Event().wait()


async def watch(track: rtc.Track, publication: rtc.TrackPublication, person: rtc.Participant) -> None:
    if publication.kind == rtc.TrackKind.KIND_AUDIO:
        return
    pictures = 0
    async for event in rtc.VideoStream(track):
        pictures += 1
        if pictures % 30 == 0:
            print(f"{pictures} pictures of {person.identity}, now {event.frame.width} x {event.frame.height}")


asyncio.run(main(*sys.argv[1:]))
