"""The door's paths as an HTTP client sees them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from livekit.protocol import rtc
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.unit.doors.fakes import START
from tests.unit.doors.guest import House, wrapped
from tureen.doors.livekit import livekit_routes
from tureen.doors.open_sockets import OpenSockets

EMPTY = wrapped(rtc.JoinRequest())


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=livekit_routes(house.door, OpenSockets()))) as client:
        yield client


def hang_up(socket: WebSocketTestSession) -> None:
    """Leaves and waits for the end: the test client cancels what still runs when its block ends."""
    socket.send_bytes(rtc.SignalRequest(leave=rtc.LeaveRequest()).SerializeToString())
    while socket.receive()["type"] != "websocket.close":
        """Frames that were under way come first."""


def url(house: House, path: str = "/rtc/v1") -> str:
    return f"{path}?join_request={EMPTY}&access_token={house.token('ann')}"


@pytest.mark.parametrize("path", ["/rtc/v1", "ws://testserver//rtc/v1"])
def test_join_comes_first_and_pings_are_answered(house: House, client: TestClient, path: str) -> None:
    with client.websocket_connect(url(house, path)) as socket:
        assert rtc.SignalResponse.FromString(socket.receive_bytes()).WhichOneof("message") == "join"
        socket.receive_bytes()
        socket.send_bytes(rtc.SignalRequest(ping=1).SerializeToString())
        assert rtc.SignalResponse.FromString(socket.receive_bytes()).pong == int(START * 1000)
        hang_up(socket)
    assert house.registry.participants == 0


def test_a_leave_closes_the_socket(house: House, client: TestClient) -> None:
    with client.websocket_connect(url(house)) as socket:
        socket.send_bytes(rtc.SignalRequest(leave=rtc.LeaveRequest()).SerializeToString())
        kinds = [rtc.SignalResponse.FromString(socket.receive_bytes()).WhichOneof("message") for _ in range(3)]
        assert kinds == ["join", "refresh_token", "leave"]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 1000


def test_text_is_answered_with_text(house: House, client: TestClient) -> None:
    with client.websocket_connect(url(house)) as socket:
        socket.receive_bytes()
        socket.receive_bytes()
        socket.send_text('{"pingReq": {"timestamp": "5"}}')
        assert '"lastPingTimestamp": "5"' in socket.receive_text()
        hang_up(socket)


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        (f"/rtc/v1?join_request={EMPTY}", 401, "invalid token"),
        (f"/rtc/v1?join_request={EMPTY}&access_token=x", 401, "invalid token"),
        ("/rtc", 404, "not found"),
    ],
)
def test_refused_upgrades_carry_status_and_body(client: TestClient, path: str, status: int, text: str) -> None:
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(path):
        pass
    assert (denied.value.status_code, denied.value.text) == (status, text)


def test_validate_says_what_the_upgrade_would(house: House, client: TestClient) -> None:
    assert client.get(url(house, "/rtc/v1/validate")).text == "success"
    refused = client.get(f"/rtc/v1/validate?join_request={EMPTY}", headers={"origin": "https://a.example"})
    assert (refused.status_code, refused.text) == (401, "invalid token")
    assert refused.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", ["/rtc/v1", "/rtc", "/rtc/validate"])
def test_plain_requests_are_404(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_preflight_is_allowed(client: TestClient) -> None:
    headers = {
        "origin": "https://a.example",
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }
    response = client.options("/rtc/v1/validate", headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "*"
