"""What the packet core's statistics mean; `crates/sfu/src/counters.rs` and `crates/packetio` document each name."""

LEVELS = frozenset({"transports", "producers", "consumers", "mirrors", "steered_paths"})
"""Names whose values rise and fall; all others only rise."""
