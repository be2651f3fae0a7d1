"""The channel against a push service of our own, which decrypts as a browser does."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import http_ece  # type: ignore[import-untyped]
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.push.fakes import FakeClock, FixedEntropy, ListStore
from tureen.doors.loop_clock import LoopClock
from tureen.model.ids import DeviceId, UserId
from tureen.ports import PushNotice
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.push.channel import Outcome
from tureen.push.registration import WEB_PUSH, Registration
from tureen.push.service import PushParts, PushService
from tureen.webpush import base64url
from tureen.webpush.channel import WebPushChannel, WebPushSettings
from tureen.webpush.payload import PushPayload
from tureen.webpush.pump import Pump
from tureen.webpush.vapid import Vapid, new_vapid_key

OPEN = WebPushSettings(private_addresses=True, timeout_s=5)
AUTH = b"0123456789abcdef"


class PushServer:
    """A push service and the browser behind it."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.requests: list[web.Request] = []
        self.received: asyncio.Queue[PushPayload] = asyncio.Queue()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self.server = TestServer(app, host="127.0.0.1")

    def registration(self, endpoint: str | None = None) -> Registration:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Registration(
            user=UserId("ada"),
            device=DeviceId("phone"),
            endpoint=endpoint or str(self.server.make_url("/send/secret")),
            public_key=base64url.encode(point),
            auth=base64url.encode(AUTH),
            registered_at=0,
        )

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 201
        if status == 201:
            plain = http_ece.decrypt(body, private_key=self.key, auth_secret=AUTH)
            self.received.put_nowait(msgspec.json.decode(plain, type=PushPayload))
        return web.Response(status=status, headers=self.headers)


@pytest.fixture
async def service() -> AsyncIterator[PushServer]:
    running = PushServer()
    await running.server.start_server()
    yield running
    await running.server.close()


@pytest.fixture
async def channel() -> AsyncIterator[WebPushChannel]:
    opened = WebPushChannel(Vapid(new_vapid_key(), "mailto:ops@example.org"), FakeClock(), OPEN)
    yield opened
    await opened.close()


@pytest.fixture
async def strict() -> AsyncIterator[WebPushChannel]:
    opened = WebPushChannel(Vapid(new_vapid_key(), ""), FakeClock(), WebPushSettings())
    yield opened
    await opened.close()


def notice(title: str = "Ada calls", *, urgent: bool = True, body: str = "") -> PushNotice:
    return PushNotice(kind="call", title=title, body=body, about="CA_1", expires_at=1_800_000_045, urgent=urgent)


async def test_a_browser_can_read_what_only_it_can_read(service: PushServer, channel: WebPushChannel) -> None:
    delivery = await channel.deliver(service.registration(), notice())
    assert delivery.outcome is Outcome.DELIVERED
    assert service.received.get_nowait() == PushPayload(
        kind="call", title="Ada calls", body="", about="CA_1", expires_at=1_800_000_045_000, urgent=True
    )
    headers = service.requests[0].headers
    assert (headers["TTL"], headers["Urgency"], headers["Content-Encoding"]) == ("45", "high", "aes128gcm")
    assert headers["Authorization"].startswith("vapid t=ey")
    assert (len(headers["Topic"]), "CA_1" in headers["Topic"]) == (32, False)
    await channel.deliver(service.registration(), notice(urgent=False))
    assert service.requests[1].headers["Urgency"] == "normal"
    assert service.requests[1].headers["Topic"] == headers["Topic"]


async def test_the_longest_texts_fit(service: PushServer, channel: WebPushChannel) -> None:
    await channel.deliver(service.registration(), notice("\x01" * 5000, body="\x01" * 9000))
    assert len(service.received.get_nowait().body) == 500


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (429, Outcome.LATER),
        (500, Outcome.LATER),
        (503, Outcome.LATER),
        (400, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (413, Outcome.REFUSED),
        (302, Outcome.REFUSED),
    ],
)
async def test_what_answers_mean(service: PushServer, channel: WebPushChannel, status: int, outcome: Outcome) -> None:
    service.statuses = [status]
    service.headers = {"Location": "/elsewhere", "Retry-After": "7"}
    delivery = await channel.deliver(service.registration(), notice())
    assert delivery.outcome is outcome
    assert delivery.retry_after_s == (7 if outcome is Outcome.LATER else None)
    assert len(service.requests) == 1


@pytest.mark.parametrize("text", ["soon", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "9" * 40])
async def test_a_strange_retry_after_is_none(service: PushServer, channel: WebPushChannel, text: str) -> None:
    service.statuses, service.headers = [503], {"Retry-After": text}
    assert (await channel.deliver(service.registration(), notice())).retry_after_s is None


async def test_a_service_that_is_not_there_is_tried_later(service: PushServer, channel: WebPushChannel) -> None:
    registration = service.registration()
    await service.server.close()
    assert (await channel.deliver(registration, notice())).outcome is Outcome.LATER


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "push",
        "http://push.example.org/x",
        "https://push.example.org:8443/x",
        "https://user:pass@push.example.org/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:10.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https:///x",
        "https://push.example.org:99999/x",
    ],
)
async def test_endpoints_that_lead_astray_are_refused(
    service: PushServer, strict: WebPushChannel, endpoint: str
) -> None:
    registration = service.registration(endpoint or " ")
    with pytest.raises(CommandError) as refused:
        strict.check_untrusted(registration)
    assert refused.value.error_code is ErrorCode.INVALID
    assert (await strict.deliver(registration, notice())).outcome is Outcome.REFUSED


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"]])
async def test_names_that_lead_into_our_network_are_refused(
    service: PushServer, strict: WebPushChannel, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lookup(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443, 0, 0))
            if ":" in each
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443))
            for each in addresses
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)
    registration = service.registration("https://rebound.example.org/x")
    strict.check_untrusted(registration)
    assert (await strict.deliver(registration, notice())).outcome is Outcome.REFUSED


async def test_keys_are_checked_when_a_device_registers(service: PushServer, channel: WebPushChannel) -> None:
    channel.check_untrusted(service.registration())
    with pytest.raises(CommandError, match="p256dh"):
        channel.check_untrusted(msgspec.structs.replace(service.registration(), auth="AAAA"))


async def test_notices_flow_by_themselves(service: PushServer, channel: WebPushChannel) -> None:
    clock = LoopClock(asyncio.get_running_loop())
    push = PushService(
        PushParts(
            store=ListStore(service.registration()),
            channels={WEB_PUSH: channel},
            clock=clock,
            entropy=FixedEntropy(),
            connected=lambda _user: (),
        )
    )
    service.statuses = [503]
    pump = Pump(push)
    pump.start()
    push.notify([UserId("ada")], msgspec.structs.replace(notice(), expires_at=clock.now() + 30))
    async with asyncio.timeout(10):
        assert (await service.received.get()).title == "Ada calls"
    await pump.close()
