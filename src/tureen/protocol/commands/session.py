"""The connection itself."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tureen.protocol.commands.base import Command
from tureen.protocol.limits import (
    MAX_POSITIONS,
    Id,
    Seq,
)


class Position(Struct, frozen=True, kw_only=True):
    """Up to where a client has received a conversation."""

    conversation: Id
    epoch: Annotated[str, Meta(max_length=32)]
    seq: Seq


class Hello(Command, frozen=True, kw_only=True, tag="hello"):
    """The first command of a connection, within 10 s. Answered by `Welcome`; then follow what was missed, and `Synced`.

    The token may also stand in the upgrade's ``Authorization`` header, for programs.
    """

    token: Annotated[str, Meta(max_length=16 * 1024)] = ""
    device: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    version: int
    client: Annotated[str, Meta(max_length=100)] = ""
    """Name and version of the program, for the operator's logs."""
    positions: Annotated[list[Position], Meta(max_length=MAX_POSITIONS)] = []
    """Of the conversations that the client keeps. All that came later is sent, or `Gap` says that it cannot."""
    idle: bool = False


class TokenRefresh(Command, frozen=True, kw_only=True, tag="token.refresh"):
    """A fresh token for the same user. `Done`. Without one the connection is closed when the token expires."""

    token: Annotated[str, Meta(max_length=16 * 1024)]


class Ping(Command, frozen=True, kw_only=True, tag="ping"):
    """Whether the server is there. `Done`."""
