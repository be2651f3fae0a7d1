"""SIGTERM while people are in a room, as their clients see it."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from livekit.protocol import models, rtc
from websockets.exceptions import ConnectionClosedOK
from websockets.sync.client import ClientConnection, connect

from tests.server import TureenServer
from tests.unit.doors.guest import wrapped
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName
from tureen.server.runtime import FORCED

CLIENTS = 20
WITHIN_S = 10.0
UPDATES, UPDATE_BYTES = 7, 450_000
"""More than the system keeps for a socket that nobody reads, less than the server does, within the rate of requests."""


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[TureenServer]:
    """A server that the test may end."""
    with TureenServer.start(tmp_path, "--drain-s", "60") as server:
        yield server


@contextlib.contextmanager
def joined(server: TureenServer, identity: str, sock: socket.socket | None = None) -> Iterator[ClientConnection]:
    """A raw client that has joined. It keeps one message and then lets the socket fill."""
    rights = RoomGrant(join=True, room=RoomName("soup"), update_own_metadata=True)
    grant = Grant(identity=Identity(identity), api_key=server.key, expires_at=0.0, room=rights)
    token = issue_token(grant, server.key, Secret(server.secret), time.time(), 600.0)
    request = wrapped(rtc.JoinRequest())
    url = f"{server.ws_url}/rtc/v1?access_token={token}&join_request={request}"
    with connect(url, sock=sock, max_queue=1, close_timeout=0.5) as client:
        assert receive(client).WhichOneof("message") == "join"
        yield client


def receive(client: ClientConnection) -> rtc.SignalResponse:
    frame = client.recv(timeout=WITHIN_S)
    assert isinstance(frame, bytes)
    return rtc.SignalResponse.FromString(frame)


def last_words(client: ClientConnection) -> list[rtc.SignalResponse]:
    """Everything until the server closes, which it does with the code for a normal end."""
    told = []
    with contextlib.suppress(ConnectionClosedOK):
        while True:
            told.append(receive(client))
    return told


def test_every_client_is_told_before_its_socket_closes(own_server: TureenServer) -> None:
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(joined(own_server, f"guest-{number}")) for number in range(CLIENTS)]
        own_server.ask_to_stop()
        for client in clients:
            last = last_words(client)[-1]
            assert last.WhichOneof("message") == "leave"
            assert last.leave.reason == models.DisconnectReason.SERVER_SHUTDOWN
    assert own_server.wait() == 0
    assert "Traceback" not in own_server.log


def test_a_second_signal_ends_the_wait_for_one_who_does_not_read(own_server: TureenServer) -> None:
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", own_server.port))
        with joined(own_server, "deaf", narrow), joined(own_server, "talker") as talker:
            for number in range(UPDATES):
                news = rtc.UpdateParticipantMetadata(metadata=str(number) * UPDATE_BYTES)
                talker.send(rtc.SignalRequest(update_metadata=news).SerializeToString())
                while receive(talker).WhichOneof("message") != "request_response":
                    """The update itself comes first."""
            own_server.ask_to_stop()
            assert last_words(talker)[-1].WhichOneof("message") == "leave"
            # It drains, because of one, and would for a minute.
            assert own_server.get("/readyz") == (503, "draining\n")
            own_server.ask_to_stop()
            assert own_server.wait() == FORCED
    assert "Traceback" not in own_server.log
