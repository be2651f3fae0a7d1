"""The devices of people: sessions that outlive connections, what waits for a slow one, and repeated commands. Pure.

    commands ─▶ KeptReplies (known already?) ─▶ CommandRates (too many?) ─▶ the handler of a domain package
    events   ─▶ SessionRegistry (whose devices?) ─▶ Session (there? caught up?) ─▶ Wire, or Outbox where it is slow

A door brings the wires and the tasks; everything here returns at once.
"""

from tureen.signaling.closing import CLOSE_MEANINGS, CloseCode
from tureen.signaling.command_rates import CommandRates
from tureen.signaling.kept_replies import KeptReplies, Seen
from tureen.signaling.limits import SessionLimits
from tureen.signaling.outbox import Outbox
from tureen.signaling.parcel import Parcel
from tureen.signaling.registry import SessionRegistry
from tureen.signaling.session import Session, SessionState
from tureen.signaling.token_bucket import TokenBucket
from tureen.signaling.wire import Wire

__all__ = [
    "CLOSE_MEANINGS",
    "CloseCode",
    "CommandRates",
    "KeptReplies",
    "Outbox",
    "Parcel",
    "Seen",
    "Session",
    "SessionLimits",
    "SessionRegistry",
    "SessionState",
    "TokenBucket",
    "Wire",
]
