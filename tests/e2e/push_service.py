"""A push service in the place of the browser's own, which belongs to its maker and is not to be had in a test.

Pages are given subscriptions that lead here. What the server sends is decrypted as a browser would do it, and handed to
the service worker by the developer tools' protocol.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import http_ece  # type: ignore[import-untyped]
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.async_api import BrowserContext, CDPSession, Page

from tests.server import HOST
from tureen.webpush import base64url

_SUBSCRIBE = """([endpoint, p256dh, auth]) => {
  let current = null;
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => (current = {
    options: { applicationServerKey: options.applicationServerKey.buffer },
    toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
    unsubscribe: async () => { current = null; return true; },
  });
}"""


class PushService:
    """One subscription."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = secrets.token_bytes(16)
        self.pushes: asyncio.Queue[str] = asyncio.Queue()
        app = web.Application()
        app.router.add_post("/push", self._take)
        self.server = TestServer(app, host=HOST)

    async def serve(self, page: Page) -> None:
        """Pages that ``page`` opens from now on subscribe here."""
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        given = [str(self.server.make_url("/push")), base64url.encode(point), base64url.encode(self._auth)]
        await page.add_init_script(f"({_SUBSCRIBE})({given})")

    async def _take(self, request: web.Request) -> web.Response:
        plain = http_ece.decrypt(await request.read(), private_key=self._key, auth_secret=self._auth)
        self.pushes.put_nowait(plain.decode())
        return web.Response(status=201)


@asynccontextmanager
async def push_service() -> AsyncIterator[PushService]:
    """Until the context is left."""
    service = PushService()
    await service.server.start_server()
    try:
        yield service
    finally:
        await service.server.close()


class Worker:
    """The service worker of a browser context, and the notifications that it shows."""

    def __init__(self, context: BrowserContext, session: CDPSession, registration: dict[str, Any]) -> None:
        """Use `of`."""
        self._context = context
        self._session = session
        self._registration = registration

    @classmethod
    async def of(cls, page: Page) -> Worker:
        """Of a page that has installed one; the page has to stay open."""
        session = await page.context.new_cdp_session(page)
        found: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

        def take(event: dict[str, Any]) -> None:
            for registration in event["registrations"]:
                if not found.done() and not registration["isDeleted"]:
                    found.set_result(registration)

        session.on("ServiceWorker.workerRegistrationUpdated", take)
        await session.send("ServiceWorker.enable")
        return cls(page.context, session, await asyncio.wait_for(found, 10))

    async def push(self, data: str) -> None:
        """As a push service delivers it."""
        where = {
            "origin": self._registration["scopeURL"].rstrip("/"),
            "registrationId": self._registration["registrationId"],
        }
        await self._session.send("ServiceWorker.deliverPushMessage", {**where, "data": data})

    async def shown(self) -> list[list[str]]:
        """Title and text of each notification."""
        shown: list[list[str]] = await self._ask(
            "self.registration.getNotifications().then((all) => all.map(({ title, body }) => [title, body]))"
        )
        return shown

    async def touch(self) -> str:
        """Touches the only notification; the path that is opened then. Browsers open windows for true touches only."""
        path: str = await self._ask("""(async () => {
          const opened = new Promise((resolve) => {
            self.clients.openWindow = async (path) => { resolve(path); return null; };
          });
          const [notification] = await self.registration.getNotifications();
          const event = new NotificationEvent('notificationclick', { notification, action: '' });
          event.waitUntil = () => undefined;
          self.dispatchEvent(event);
          return opened;
        })()""")
        return path

    async def _ask(self, expression: str) -> Any:
        (worker,) = self._context.service_workers
        return await worker.evaluate(expression)
