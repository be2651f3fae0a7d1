"""The asyncio side of one connection: bytes and timers of a WebSocket, and nothing of what is said over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from websockets.frames import Frame, Opcode
from websockets.protocol import State

from tureen.doors.handover import HandedOver
from tureen.doors.native.framing import PING
from tureen.doors.open_sockets import OpenSockets
from tureen.protocol.limits import MAX_FRAME_BYTES
from tureen.signaling import CloseCode

CLOSE_PATIENCE_S = 2.0
"""How long a client may take to read what is left, before the socket is dropped."""
WRITE_BUFFER_BYTES = 64 * 1024
"""What the transport may hold before the session is told that the peer is slow."""
GOODBYE_CODES = frozenset({1000})
"""A client that closes with these does not mean to come back at once."""


class SocketListener(Protocol):
    """Hears what comes over a socket."""

    def handle_text_untrusted(self, text: bytes) -> None:
        """A whole text message, valid UTF-8, within the bound of frames."""

    def handle_paused(self) -> None:
        """The peer reads too slowly."""

    def handle_resumed(self) -> None:
        """It has read what waited."""

    def handle_lost(self, *, said_goodbye: bool) -> None:
        """The connection is gone; nothing can be written any more."""


class NativeSocket(asyncio.Protocol):
    """Implements `signaling.Wire` on a WebSocket that was handed over.

    Frames go straight to the transport, which gathers what is written in one turn of the loop. The WebSocket library
    reads, answers pings and takes part in closing; it is not asked for every message that is sent.
    """

    __slots__ = (
        "_all_sockets",
        "_close_timer",
        "_closing",
        "_connections",
        "_listener",
        "_partial",
        "_quiet_sweeps",
        "_said_goodbye",
        "_sockets",
        "_transport",
        "_websocket",
        "write",
    )

    def __init__(self, given: HandedOver, sockets: OpenSockets, all_sockets: set[NativeSocket]) -> None:
        """`listen` follows before anything is read. ``all_sockets``: it is among these while it is connected."""
        self._transport = given.transport
        self._websocket = given.websocket
        self._connections = given.connections
        self._sockets = sockets
        self._all_sockets = all_sockets
        self._listener: SocketListener | None = None
        self._partial: bytearray | None = None
        self._close_timer: asyncio.TimerHandle | None = None
        self._closing = False
        self._said_goodbye = False
        self._quiet_sweeps = 0
        self.write: Callable[[bytes], None] = given.transport.write
        self._websocket.max_message_size = MAX_FRAME_BYTES
        given.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)
        self._connections.add(self)
        all_sockets.add(self)
        sockets.handle_opened()

    @property
    def remote(self) -> str:
        """The peer's address, for logs."""
        peer = self._transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    def listen(self, listener: SocketListener) -> None:
        """Who hears of what comes."""
        self._listener = listener

    def pause_reading(self) -> None:
        """Nothing more is taken off the wire."""
        if not self._transport.is_closing():
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """More is."""
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def close(self, code: int, reason: str) -> None:
        """See `Wire.close`."""
        if self._closing:
            return
        self._closing = True
        if self._websocket.state is State.OPEN:
            self._websocket.send_close(code, reason)
            self._flush()
        self.resume_reading()  # the peer's own closing frame is still to come
        self._end_within(CLOSE_PATIENCE_S)

    def sweep(self) -> None:
        """Called every few seconds. A peer that was silent is pinged, and given up after a second time in silence."""
        self._quiet_sweeps += 1
        if self._quiet_sweeps > 2:
            self._transport.abort()
        elif self._quiet_sweeps > 1 and not self._transport.is_closing():
            self.write(PING)

    def handle_message_untrusted(self, message: bytes | str) -> None:
        """A whole message, of at most the bound that the server had before this one took over."""
        text = message.encode() if isinstance(message, str) else message
        if len(text) > MAX_FRAME_BYTES:
            self.close(CloseCode.TOO_BIG, f"longer than {MAX_FRAME_BYTES} bytes")
            return
        try:
            text.decode()
        except UnicodeDecodeError:
            self.close(CloseCode.INVALID_DATA, "no UTF-8")
            return
        if self._listener is not None:
            self._listener.handle_text_untrusted(text)

    # --- asyncio.Protocol -------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._quiet_sweeps = 0
        websocket = self._websocket
        websocket.receive_data(data)
        for event in websocket.events_received():
            if isinstance(event, Frame):
                self._handle_frame(event)
        if websocket.writes:
            self._flush()
        if websocket.parser_exc is not None or websocket.close_rcvd is not None:
            self._closing = True
            self._end_within(CLOSE_PATIENCE_S)

    def eof_received(self) -> bool:
        """The peer writes no more; the transport closes."""
        return False

    def pause_writing(self) -> None:
        """The transport holds more than it should."""
        if self._listener is not None:
            self._listener.handle_paused()

    def resume_writing(self) -> None:
        """It has got rid of it."""
        if self._listener is not None:
            self._listener.handle_resumed()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives the signature
        """The end."""
        if self._close_timer is not None:
            self._close_timer.cancel()
        self._connections.discard(self)
        self._all_sockets.discard(self)
        self._sockets.handle_closed()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.handle_lost(said_goodbye=self._said_goodbye)

    def shutdown(self) -> None:
        """The server's last word."""
        self.close(CloseCode.SHUTDOWN, "shutdown")
        self._transport.close()

    # --- parts ------------------------------------------------------------------------------------------------

    def _handle_frame(self, frame: Frame) -> None:
        if self._closing:
            return
        match frame.opcode:
            case Opcode.TEXT:
                self._handle_part(bytes(frame.data), final=frame.fin)
            case Opcode.CONT:
                self._handle_part(bytes(frame.data), final=frame.fin)
            case Opcode.BINARY:
                self.close(CloseCode.UNSUPPORTED_DATA, "messages are JSON in text frames")
            case Opcode.CLOSE:
                received = self._websocket.close_rcvd
                self._said_goodbye = received is not None and received.code in GOODBYE_CODES

    def _handle_part(self, part: bytes, *, final: bool) -> None:
        if self._partial is not None:
            self._partial += part
            if not final:
                return
            part, self._partial = bytes(self._partial), None
        elif not final:
            self._partial = bytearray(part)
            return
        self.handle_message_untrusted(part)

    def _flush(self) -> None:
        for data in self._websocket.data_to_send():
            if data:
                self._transport.write(data)
            else:
                self._transport.close()

    def _end_within(self, patience_s: float) -> None:
        if self._close_timer is None:
            self._close_timer = asyncio.get_running_loop().call_later(patience_s, self._transport.abort)
