"""How often requests may come (`signaling.TokenBucket`). Large requests count as several."""

from __future__ import annotations

BURST_S = 2.0
"""A client that was silent may send so many seconds' worth at once: a join brings many requests together."""

CANDIDATE_DISCOUNT = 0.9
"""What a trickled candidate costs less than other requests: a join brings hundreds, and they are next to no work."""
