"""Has a say before messages are published: `python moderate_messages.py [PORT]`.

Tell the server whom to ask: `TUREEN_HOOKS_BEFORE_PUBLISH_URL=http://localhost:8080/ tureen serve --dev`.
"""

import base64
import hashlib
import re
import sys

import jwt
from aiohttp import web

KEY, SECRET = "devkey", "secret"
"""The key pair of `tureen serve --dev`."""


def check(body: bytes, token: str) -> None:
    """Raises `jwt.InvalidTokenError` unless the server sent just this, and just now."""
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], issuer=KEY, options={"require": ["exp", "sha256"]})
    if base64.b64decode(claims["sha256"]) != hashlib.sha256(body).digest():
        raise jwt.InvalidTokenError("The body is another one.")


async def before_publish(request: web.Request) -> web.Response:
    try:
        check(await request.read(), request.headers.get("Authorization", ""))
    except jwt.InvalidTokenError:
        return web.Response(status=401)
    message = (await request.json())["message"]
    text = message.get("text", "")
    if "lottery" in text.lower():
        return web.json_response({"action": "refuse", "reason": "No advertising here, please."})
    without_numbers = re.sub(r"\+?\d[\d ]{6,}\d", "[a number]", text)
    if without_numbers != text:
        return web.json_response({"action": "rewrite", "text": without_numbers})
    return web.Response(status=204)


async def application() -> web.Application:
    app = web.Application()
    app.router.add_post("/", before_publish)
    return app


web.run_app(application(), host="localhost", port=int(sys.argv[1]) if len(sys.argv) > 1 else 8080)
