"""What a command may not do, said to whoever sent it. What is merely late or doubled is no error: see the machine."""

from __future__ import annotations

from collections.abc import Sequence

from tureen.calls.paths import may_be_direct
from tureen.calls.record import CallRecord, PartyRecord
from tureen.calls.settings import CallSettings, milliseconds
from tureen.calls.states import Ring
from tureen.model.actor import Actor
from tureen.model.ids import UserId
from tureen.protocol.errors import CommandError, ErrorCode, forbidden, invalid, not_found
from tureen.protocol.resources import MediaPath


def party_of(record: CallRecord, user: UserId) -> PartyRecord:
    """Theirs. To everyone else the call does not exist."""
    party = record.seen_by(user)
    if party is None:
        raise unknown()
    return party


def unknown() -> CommandError:
    """There is no such call, for whoever asks."""
    return not_found("call")


def gone() -> CommandError:
    """The call is over."""
    return CommandError(ErrorCode.GONE, "The call is over.", "Ask for your history to see how it ended.")


def check_start(actor: Actor, users: Sequence[str], path: MediaPath | None, settings: CallSettings) -> list[UserId]:
    """Whom to call, each once and in order."""
    if not actor.grant.people.connect:
        raise forbidden("The token does not let its bearer call people.", "Ask for one with people.connect.")
    chosen = others_than(actor, users)
    if len(chosen) + 1 > settings.users_per_call:
        raise too_many_users(settings)
    if path is MediaPath.DIRECT and len(chosen) > 1:
        raise invalid("Two people only can be connected directly.", "Leave the path out.")
    return chosen


def others_than(actor: Actor, users: Sequence[str]) -> list[UserId]:
    """Each once; the one who asks cannot be among them."""
    if actor.user in users:
        raise invalid("One cannot call oneself.", "Leave yourself out of the users.")
    return [UserId(user) for user in dict.fromkeys(users)]


def check_invite(record: CallRecord, actor: Actor, users: Sequence[UserId], settings: CallSettings) -> None:
    """Members only, from the device that is in the call."""
    check_sits(record, actor)
    known = {party.user for party in record.parties}
    if len(known.union(users)) > settings.users_per_call:
        raise too_many_users(settings)


def check_room_for_one(record: CallRecord, settings: CallSettings) -> None:
    """One more who was not called."""
    if len(record.parties) >= settings.users_per_call:
        raise CommandError(
            ErrorCode.LIMIT_EXCEEDED,
            f"The call is full: it has {len(record.parties)} people.",
            "Begin another one.",
        )


def check_accept(record: CallRecord, actor: Actor) -> None:
    """The first device of a person wins."""
    party = party_of(record, actor.user)
    if party.sits_at(actor.device):
        return
    leg = party.leg(actor.device)
    if party.rings:
        if leg is not None and not leg.is_open:
            raise CommandError(ErrorCode.CONFLICT, "This device has rejected the call.", "Join it from another device.")
        return
    if party.is_member or party.ring is Ring.ACCEPTED:
        raise CommandError(
            ErrorCode.CONFLICT,
            "Another of your devices has taken the call.",
            "Stop ringing; join the call to take it over to this device.",
        )
    raise CommandError(
        ErrorCode.GONE, f"The call rings no more: {party.ring.value}.", "It still goes on: join it to come in."
    )


def check_sits(record: CallRecord, actor: Actor) -> PartyRecord:
    """Only the device that is in the call may."""
    party = party_of(record, actor.user)
    if not party.sits_at(actor.device):
        raise CommandError(
            ErrorCode.CONFLICT, "This device is not in the call.", "Accept the call or join it on this device first."
        )
    return party


def check_move(record: CallRecord, actor: Actor, path: MediaPath) -> None:
    """Direct is for exactly two."""
    check_sits(record, actor)
    if path is record.path or path is MediaPath.ROOM:
        return
    if record.room_required:
        raise CommandError(ErrorCode.CONFLICT, "The server takes part in this call.", "Stop its recorder or agent.")
    if not may_be_direct(record):
        raise CommandError(
            ErrorCode.CONFLICT, "Two people only can be connected directly.", "Move it when two are left in the call."
        )


def owned_elsewhere(settings: CallSettings) -> CommandError:
    """Another owner has taken the call over."""
    return CommandError(
        ErrorCode.UNAVAILABLE,
        "The call is on its way to another server.",
        "Send the command again.",
        retry_after_ms=milliseconds(settings.retry_s),
    )


def too_many_users(settings: CallSettings) -> CommandError:
    """For one call."""
    return CommandError(
        ErrorCode.LIMIT_EXCEEDED, f"A call has at most {settings.users_per_call} people.", "Call fewer people."
    )


def too_many_calls(what: str, hint: str) -> CommandError:
    """For one person, or for the server."""
    return CommandError(ErrorCode.LIMIT_EXCEEDED, what, hint)
