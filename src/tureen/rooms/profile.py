"""What a participant says about itself: name, metadata, attributes, each within its bound."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tureen.rooms.errors import LimitExceededError
from tureen.rooms.limits import RoomLimits


class Profile(Struct, frozen=True, kw_only=True):
    """Shown to everyone in the room."""

    name: str = ""
    metadata: str = ""
    attributes: Mapping[str, str] = {}

    def changed(
        self, *, name: str | None = None, metadata: str | None = None, attributes: Mapping[str, str] | None = None
    ) -> Profile:
        """With some fields replaced; ``None`` keeps one. An attribute with an empty value is removed."""
        merged = {**self.attributes, **(attributes or {})}
        return Profile(
            name=self.name if name is None else name,
            metadata=self.metadata if metadata is None else metadata,
            attributes={key: value for key, value in merged.items() if value},
        )

    def check(self, limits: RoomLimits) -> None:
        """Raises `LimitExceededError` if a field is too large."""
        if len(self.name) > limits.name_characters:
            raise LimitExceededError(f"The name is longer than {limits.name_characters} characters.")
        if len(self.metadata.encode()) > limits.metadata_bytes:
            raise LimitExceededError(f"The metadata is larger than {limits.metadata_bytes} bytes.")
        size = sum(len(key.encode()) + len(value.encode()) for key, value in self.attributes.items())
        if size > limits.attributes_bytes:
            raise LimitExceededError(f"The attributes are larger than {limits.attributes_bytes} bytes together.")
