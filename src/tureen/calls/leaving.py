"""Hanging up, which means what it can mean as things stand."""

from __future__ import annotations

from tureen.calls.ending import end, left
from tureen.calls.events import HangUp, Moment
from tureen.calls.record import CallRecord
from tureen.calls.ringing import rejected
from tureen.protocol.resources import CallEnd


def handle_hang_up(record: CallRecord, event: HangUp, at: Moment) -> CallRecord:
    """The caller cancels before anyone has accepted; members leave; who is rung rejects.

    A device that is not the one in the call has nothing to hang up.
    """
    party = record.seen_by(event.user)
    if party is None or not record.is_open:
        return record
    if party.rings:
        return rejected(record, party, at)
    if not party.sits_at(event.device):
        return record
    if not record.is_answered:
        return end(record, CallEnd.CANCELLED, at)
    return left(record, party, CallEnd.HUNG_UP, at)
