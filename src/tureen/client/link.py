"""The connection of a client: made, kept, made again."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import InvalidHandshake, WebSocketException

from tureen.client.backoff import Backoff
from tureen.client.errors import RefusedError, SignedOutError
from tureen.protocol.commands import Hello, Position
from tureen.protocol.errors import ErrorCode
from tureen.protocol.events import AnyEvent, Goodbye, GoodbyeReason
from tureen.protocol.limits import VERSION
from tureen.protocol.replies import AnyReply, Failed, Welcome

PATH = "/v1/connect"
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Of what the server may send; far above what it does."""
OPEN_S = 10.0
PING_S = 10.0
PONG_S = 15.0

FINAL = frozenset({GoodbyeReason.REPLACED, GoodbyeReason.REVOKED})
"""Coming back would not help: another program is this device now, or the application has ended its rights."""
FINAL_CODES = frozenset(
    {
        ErrorCode.UNAUTHENTICATED,
        ErrorCode.REVOKED,
        ErrorCode.FORBIDDEN,
        ErrorCode.UNSUPPORTED_VERSION,
        ErrorCode.INVALID,
    }
)

Incoming = AnyReply | AnyEvent
_DECODER: msgspec.json.Decoder[Incoming] = msgspec.json.Decoder(Incoming)


class LinkState(enum.Enum):
    """Of the connection."""

    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"
    """For good."""


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where and as whom to connect."""

    url: str
    """Of the server: ``http``, ``https``, ``ws`` or ``wss``."""
    device: str
    client: str
    token: Callable[[], Awaitable[str]]
    """Asked before each attempt."""
    fresh_tokens: bool
    """Whether the next attempt may have another token: one that has expired is no reason to give up then."""


class Link:
    """Hands on what comes, and says when the connection is there."""

    def __init__(self, settings: LinkSettings, positions: Callable[[], Sequence[Position]]) -> None:
        """``positions``: what to state when a connection begins."""
        self._settings = settings
        self._positions = positions
        self._backoff = Backoff(random.random)
        self._socket: ClientConnection | None = None
        self._asked_s = 0.0
        self.state = LinkState.CONNECTING

    async def run(self, receive: Callable[[Incoming], None], lost: Callable[[], None]) -> None:
        """Connects again and again. ``receive`` hears all that comes, `Welcome` first; ``lost``: the connection broke.

        Raises `SignedOutError` when it is over, and nothing else but cancellation.
        """
        try:
            while True:
                with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                    await self._connect(receive)
                if self.state is LinkState.OPEN:
                    self.state = LinkState.CONNECTING
                    lost()
                await asyncio.sleep(self._backoff.next_s(self._asked_s))
                self._asked_s = 0.0
        finally:
            self.state = LinkState.CLOSED

    async def send(self, frame: bytes) -> None:
        """Sends it if there is a connection; otherwise it is lost, as with one that breaks in this moment."""
        if self._socket is not None and self.state is LinkState.OPEN:
            with contextlib.suppress(WebSocketException):
                await self._socket.send(frame, text=True)

    async def _connect(self, receive: Callable[[Incoming], None]) -> None:
        address = self._settings.url.rstrip("/").replace("http", "ws", 1) + PATH
        try:
            async with open_socket(
                address,
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                open_timeout=OPEN_S,
                ping_interval=PING_S,
                ping_timeout=PONG_S,
            ) as socket:
                self._socket = socket
                await self._serve(socket, receive)
        except InvalidHandshake as error:
            raise OSError("The server did not accept the upgrade.") from error
        finally:
            self._socket = None

    async def _serve(self, socket: ClientConnection, receive: Callable[[Incoming], None]) -> None:
        hello = Hello(
            id="hello",
            token=await self._settings.token(),
            device=self._settings.device,
            version=VERSION,
            client=self._settings.client,
            positions=list(self._positions()),
        )
        await socket.send(msgspec.json.encode(hello), text=True)
        async for message in _messages(socket):
            match message:
                case Welcome():
                    self.state = LinkState.OPEN
                    self._backoff.reset()
                case Failed(id="hello", code=code) if code in FINAL_CODES or self._is_out_of_tokens(code):
                    raise SignedOutError(message.message, message.hint) from RefusedError(message)
                case Failed(id="hello"):
                    self._asked_s = (message.retry_after_ms or 0) / 1000
                    return
                case Goodbye():
                    self._handle_goodbye(message)
                    return
            receive(message)

    def _is_out_of_tokens(self, code: ErrorCode) -> bool:
        return code is ErrorCode.TOKEN_EXPIRED and not self._settings.fresh_tokens

    def _handle_goodbye(self, goodbye: Goodbye) -> None:
        if not goodbye.reconnect or goodbye.reason in FINAL:
            raise SignedOutError(goodbye.message or f"The server ended the connection: {goodbye.reason}.")
        self._asked_s = goodbye.retry_after_ms / 1000


async def _messages(socket: ClientConnection) -> AsyncIterator[Incoming]:
    """Ends with the connection. What a newer server says and this client does not know is left out."""
    async for frame in socket:
        with contextlib.suppress(msgspec.ValidationError):
            yield _DECODER.decode(frame)
