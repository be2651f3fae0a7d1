"""What devices need to reach one another: their descriptions passed on, ICE servers, a way into the room."""

from __future__ import annotations

from tureen.calls.checks import check_sits, party_of
from tureen.calls.record import CallRecord
from tureen.calls.surroundings import CallSurroundings
from tureen.model.actor import Actor
from tureen.ports import Mailroom
from tureen.protocol.commands import CallSignal, CallTicket
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.events import CallSignalled
from tureen.protocol.replies import Ticket
from tureen.protocol.resources import MediaPath

RETRY_MS = 1000
"""When the other device may be back."""


def relay(mailroom: Mailroom, record: CallRecord, actor: Actor, command: CallSignal) -> None:
    """Passes a description or candidates to the other device of a direct path; what is stale goes nowhere.

    Raises ``conflict`` before anyone has accepted, and ``unavailable`` while the other device is away.
    """
    if (command.description is None) != (command.description_type is None):
        raise invalid("A description needs its type, and a type its description.")
    check_sits(record, actor)
    if not record.is_answered:
        raise CommandError(ErrorCode.CONFLICT, "Nobody has accepted the call yet.", "Wait until it connects.")
    if record.path is not MediaPath.DIRECT or command.generation != record.generation:
        return
    other = next((party for party in record.members if party.user != actor.user), None)
    if other is None or other.device is None:
        return
    signalled = CallSignalled(
        call=record.id,
        generation=record.generation,
        device=actor.device,
        description=command.description,
        description_type=command.description_type,
        candidates=command.candidates,
    )
    if not mailroom.send_to_device(other.user, other.device, signalled):
        raise CommandError(
            ErrorCode.UNAVAILABLE, "The other device is not connected now.", "Send it again.", retry_after_ms=RETRY_MS
        )


def ticket(around: CallSurroundings, record: CallRecord, actor: Actor, command: CallTicket) -> Ticket:
    """ICE servers for every device that rings or is in the call; the room for those that were chosen, and no others.

    The room comes with a direct path too, so that a move to it needs no further question.
    """
    party = party_of(record, actor.user)
    leg = party.leg(actor.device)
    if not (party.rings and leg is not None and leg.is_open):
        check_sits(record, actor)
    chosen = record.is_answered and party.sits_at(actor.device)
    return Ticket(
        id=command.id,
        ice_servers=list(around.ice_servers.ice_servers(actor.user)),
        room=around.tickets.room_ticket(actor.grant, record.room) if chosen else None,
    )
