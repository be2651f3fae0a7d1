"""An event or a reply on its way: encoded once, whoever receives it."""

from __future__ import annotations

from msgspec import Struct

from tureen.protocol.events import DeliveryClass, Event


class Parcel(Struct, frozen=True):
    """What a wire takes, and what may be done with it where the wire is slow."""

    frame: bytes
    """Ready for the wire; the same bytes for every receiver."""
    delivery: DeliveryClass = DeliveryClass.MESSAGE
    conflation_key: str | None = None
    event: Event | None = None
    """Absent for replies."""
