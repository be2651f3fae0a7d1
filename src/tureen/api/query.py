"""Parameters of a request's URL."""

from __future__ import annotations

import re

from starlette.requests import Request

from tureen.model.texts import NUL
from tureen.protocol.errors import invalid

_INTEGER = re.compile(r"[0-9]{1,16}")


def integer_untrusted(request: Request, name: str, least: int, most: int) -> int | None:
    """None where it is absent. Raises `CommandError`, and nothing else."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if _INTEGER.fullmatch(text) is None or not least <= int(text) <= most:
        raise invalid(f"The parameter {name} is no number from {least} to {most}.")
    return int(text)


def text_untrusted(request: Request, name: str, most: int) -> str | None:
    """None where it is absent. Raises `CommandError`, and nothing else."""
    text = request.query_params.get(name)
    if text is not None and (not 0 < len(text) <= most or NUL in text):
        raise invalid(f"The parameter {name} is no text of 1 to {most} characters.")
    return text


def flag_untrusted(request: Request, name: str) -> bool:
    """False where it is absent. Raises `CommandError`, and nothing else."""
    text = request.query_params.get(name, "false")
    if text not in ("true", "false"):
        raise invalid(f"The parameter {name} is neither true nor false.")
    return text == "true"
