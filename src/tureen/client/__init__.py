"""A client of the native door for programs: bots, sensors, services.

::

    async with connect("http://127.0.0.1:7880", token, device="thermometer-1") as client:
        conversation = await client.direct("ada")
        await client.send(conversation.id, "Good morning.")
        async with client.listen() as events:
            async for event in events:
                ...

A dropped connection is made again by itself. What is on its way then is sent again under the same id, so it happens
once; what was missed comes in order, or a `Gap` says that the history has to be read anew.
"""

from tureen.client.client import Client, connect
from tureen.client.errors import ClientError, NotConnectedError, RefusedError, SignedOutError, TooSlowError
from tureen.client.listener import Listener

__all__ = [
    "Client",
    "ClientError",
    "Listener",
    "NotConnectedError",
    "RefusedError",
    "SignedOutError",
    "TooSlowError",
    "connect",
]
