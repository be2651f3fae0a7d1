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

    def to_wait(self) -> Parcel:
        """The same for a slow wire: the frame alone, as its event would take as much memory again, uncounted."""
        return self if self.event is None else Parcel(self.frame, self.delivery, self.conflation_key)
