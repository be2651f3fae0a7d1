"""How the packet core starts."""

from __future__ import annotations

import msgspec
from msgspec import Struct


class ListenAddress(Struct, frozen=True, kw_only=True):
    """A UDP address to bind, which is a candidate too."""

    address: str
    """A literal address, never a wildcard: ICE has to know which address a packet came to."""
    port: int
    """0 takes any."""


class CoreSettings(Struct, frozen=True, kw_only=True):
    """`crates/packetio/src/settings.rs` is the other side."""

    shards: tuple[tuple[ListenAddress, ...], ...]
    """The addresses of each shard; a shard is a thread."""
    one_port: bool = False
    """All shards receive on the same addresses; port 0 becomes the same one for all. Else each has its own."""
    gso: bool = True
    """Use UDP segmentation offload where the kernel has it."""

    def encode(self) -> bytes:
        """As the core takes it: MessagePack."""
        return msgspec.msgpack.encode(self)
