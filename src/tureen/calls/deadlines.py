"""What becomes due in a call. All deadlines stand in its record; one timer runs the first of them."""

from __future__ import annotations

from collections.abc import Iterator

from tureen.calls.events import Moment, Tick
from tureen.calls.membership import grace_expired
from tureen.calls.paths import connect_expired, direct_expired
from tureen.calls.record import CallRecord
from tureen.calls.ringing import push_due, ring_expired

_DUE = (push_due, ring_expired, grace_expired, direct_expired, connect_expired)


def next_deadline(record: CallRecord) -> int | None:
    """When something becomes due, in Unix milliseconds."""
    return min(_deadlines(record), default=None)


def handle_tick(record: CallRecord, _event: Tick, at: Moment) -> CallRecord:
    """All that is due by now."""
    for due in _DUE:
        if not record.is_open:
            break
        record = due(record, at)
    return record


def _deadlines(record: CallRecord) -> Iterator[int]:
    if not record.is_open:
        return
    for party in record.parties:
        yield from _set(party.push_at, party.ring_until, party.grace_until)
    yield from _set(record.direct_until, record.connect_until)


def _set(*deadlines: int | None) -> Iterator[int]:
    yield from (each for each in deadlines if each is not None)
