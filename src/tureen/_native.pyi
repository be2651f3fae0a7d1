"""The packet core. Plain values only: configuration, commands, events and statistics are MessagePack.

`tureen.media` is the only importer.
"""

from typing import final

__all__ = ["Core", "CoreError", "version"]

@final
class CoreError(Exception):
    """The core could not start or was given something that is not a command batch."""

@final
class Core:
    """Shard threads with their sockets. Safe to call from any thread; no call blocks on the network."""

    def __new__(cls, config: bytes) -> Core:
        """Binds the sockets and starts the threads. ``config``: a `tureen.media.settings.CoreSettings`.

        Raises `CoreError`, for example when an address is in use.
        """

    def fingerprint(self) -> str:
        """SHA-256 of the DTLS certificate, upper-case hexadecimal with colons."""

    def addresses(self) -> list[list[tuple[str, int]]]:
        """The bound addresses of each shard, in the order of the configuration."""

    def submit(self, shard: int, batch: bytes) -> None:
        """Queues a batch of commands for a shard; returns at once. Raises `CoreError` if it does not decode."""

    def drain(self) -> bytes:
        """All events since the last call, as one array, and clears the wake-up of `event_fd`."""

    def event_fd(self) -> int:
        """A file descriptor that is readable while events wait."""

    def statistics(self) -> bytes:
        """Counters since the start, as a map of names to numbers (see `tureen.media.statistics`)."""

    def close(self) -> None:
        """Stops the threads and closes the sockets. Idempotent."""

def version() -> str:
    """Version of the native build; equal to the package's or the import is refused."""
