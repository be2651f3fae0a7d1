"""What all commands share."""

from __future__ import annotations

from msgspec import Struct

from tureen.protocol.limits import (
    CommandId,
)


class Command(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all commands."""

    id: CommandId
