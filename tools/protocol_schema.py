"""The native door's messages as JSON Schema (draft 2020-12)."""

from __future__ import annotations

from typing import Any

import msgspec

from tureen.protocol import limits
from tureen.protocol.commands import AnyCommand
from tureen.protocol.events import AnyEvent
from tureen.protocol.replies import AnyReply

KINDS: dict[str, Any] = {"Command": AnyCommand, "Reply": AnyReply, "Event": AnyEvent}


def schema() -> dict[str, Any]:
    """One document; each direction is a definition of its own."""
    roots, definitions = msgspec.json.schema_components(KINDS.values(), ref_template="#/$defs/{name}")
    clashing = definitions.keys() & KINDS.keys()
    if clashing:
        raise ValueError(f"A message has the name of a direction: {', '.join(clashing)}.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tureen native door",
        "description": f"Version {limits.VERSION}. Written by `make docs` from src/tureen/protocol; do not edit.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in KINDS],
        "$defs": {**dict(zip(KINDS, roots, strict=True)), **definitions},
    }
