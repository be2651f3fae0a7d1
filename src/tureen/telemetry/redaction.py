"""What never reaches a log: tokens and secrets, wherever they hide in a line."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "***"

_SECRET_NAMES = frozenset(
    {
        "access_token",
        "authorization",
        "credential",
        "ice_pwd",
        "join_request",  # holds the first offer, and with it the ICE password
        "password",
        "secret",
        "token",
    }
)

# A query parameter (LiveKit's JavaScript client puts its token there), a bearer, a bare JSON Web Token.
_SECRET_TEXT = re.compile(
    r"(?P<query>\b(?:access_token|join_request|token)=)[^&\s\"']+"
    r"|(?P<bearer>\bBearer\s+)[^\s\"',]+"
    r"|\beyJ[\w-]{5,}\.[\w-]*\.?[\w-]*",
    re.IGNORECASE,
)


def redact_text(text: str) -> str:
    """``text`` with every token in it replaced."""
    return _SECRET_TEXT.sub(lambda found: f"{found['query'] or found['bearer'] or ''}{HIDDEN}", text)


def redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: redacts by field name and by content, to any depth that a log line has."""
    for name, value in event.items():
        event[name] = HIDDEN if _is_secret(name) else _redacted(value)
    return event


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and name.lower() in _SECRET_NAMES


def _redacted(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return redact_text(value)
    if depth < 4 and isinstance(value, Mapping):
        return {name: HIDDEN if _is_secret(name) else _redacted(inner, depth + 1) for name, inner in value.items()}
    if depth < 4 and isinstance(value, list | tuple):
        return [_redacted(inner, depth + 1) for inner in value]
    return value
