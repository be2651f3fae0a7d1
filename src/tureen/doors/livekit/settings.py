"""What the door is told when it is built."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tureen.auth.secret import Secret


class LivekitDoorSettings(Struct, frozen=True, kw_only=True):
    """Keys, identity of the server, and bounds."""

    keys: Mapping[str, Secret]
    """Signing keys by name."""
    node_id: str = "tureen"
    version: str = "0.1.0"
    """Tureen's own version, shown for diagnosis."""
    frame_bytes: int = 2 * 1024 * 1024
    """Largest signal message."""
    queue_bytes: int = 4 * 1024 * 1024
    """Most unsent bytes per connection; above it the client is disconnected."""
    requests_per_second: float = 100.0
    """Per connection, with bursts of twice as many; large ones count as several, candidates as next to nothing."""
    join_deadline_s: float = 30.0
    """How long a client may take until it offers; from then on the packet core's own deadline counts."""
    grace_s: float = 10.0
    """How long a participant stays whose signaling is gone while its media may still flow."""
    ping_interval_s: int = 5
    ping_timeout_s: int = 15
    token_lifetime_s: float = 900.0
    """Of refreshed tokens; at least ten minutes."""
    token_interval_s: float = 300.0
    """How often they are refreshed."""
