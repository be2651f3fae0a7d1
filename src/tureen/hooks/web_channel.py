"""Questions by HTTP: one signed POST each. Implements `HookChannel`."""

from __future__ import annotations

import aiohttp
from msgspec import Struct
from yarl import URL

from tureen.auth.body_signature import sign_body
from tureen.auth.secret import Secret
from tureen.hooks.channel import MAX_ANSWER_BYTES
from tureen.hooks.errors import Failure, HookError
from tureen.ports import Clock

CONTENT_TYPE = "application/webhook+json"
_LONGEST_S = 60
"""The guard's budget is shorter; nothing is left open for good without one."""

_NO_CONTENT = 204
_OK = 200


class WebChannelSettings(Struct, frozen=True, kw_only=True):
    """Whom it asks, and by which key it signs."""

    url: str
    key: str
    secret: Secret
    connections: int = 64


class WebChannel:
    """Belongs to one event loop; to be closed."""

    def __init__(self, settings: WebChannelSettings, clock: Clock) -> None:
        self._url = URL(settings.url)
        self._settings = settings
        self._clock = clock
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=settings.connections),
            timeout=aiohttp.ClientTimeout(total=_LONGEST_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            # What is unpacked could be larger than what is read.
            auto_decompress=False,
            headers={"Accept-Encoding": "identity", "User-Agent": "tureen"},
        )

    async def ask(self, question: bytes) -> bytes | None:
        """See `HookChannel.ask`. No redirect is followed: a signed question goes nowhere else."""
        try:
            return await self._post_again(question)
        except aiohttp.ClientConnectorError as error:
            # Neither its text nor the address, which may hold a secret.
            raise HookError(Failure.UNREACHABLE, f"There is no connection ({type(error).__name__}).") from error
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise HookError(Failure.BROKEN_OFF, f"The exchange broke off ({type(error).__name__}).") from error

    async def close(self) -> None:
        """Ends its connections."""
        await self._session.close()

    async def _post_again(self, question: bytes) -> bytes | None:
        """Twice if need be: a connection that was kept may end at the very moment in which it is used again."""
        try:
            return await self._post(question)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            return await self._post(question)

    async def _post(self, question: bytes) -> bytes | None:
        settings = self._settings
        headers = {
            "Authorization": sign_body(question, settings.key, settings.secret, self._clock.now()),
            "Content-Type": CONTENT_TYPE,
        }
        async with self._session.post(self._url, data=question, headers=headers, allow_redirects=False) as response:
            if response.status == _NO_CONTENT:
                return None
            if response.status != _OK:
                raise HookError(Failure.BAD_STATUS, f"The application answered with HTTP {response.status}.")
            # What is not read to its end is closed with the block, not kept.
            answer = bytearray()
            async for piece in response.content.iter_any():
                answer += piece
                if len(answer) > MAX_ANSWER_BYTES:
                    raise HookError(Failure.BAD_ANSWER, f"The answer is longer than {MAX_ANSWER_BYTES} bytes.")
            return bytes(answer)
