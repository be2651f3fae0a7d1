"""Ways into the rooms of calls."""

from __future__ import annotations

from tests.unit.doors.fakes import FakeClock
from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted
from tureen.model.grant import Grant, PeopleGrant, RoomGrant
from tureen.model.ids import Identity, RoomName
from tureen.server.room_tickets import RoomTickets

KEYS = {"mine": Secret("s" * 32)}


def test_a_ticket_joins_one_room_and_is_void_with_the_token_that_it_was_given_for() -> None:
    clock = FakeClock()
    bearer = Grant(
        identity=Identity("ann"), api_key="mine", expires_at=0.0, name="Ann", token_id="t1",
        people=PeopleGrant(connect=True, admin=True),
    )  # fmt: skip
    ticket = RoomTickets(KEYS, clock).room_ticket(bearer, RoomName("call-1"))
    grant = check_token_untrusted(ticket.token, KEYS, clock.now())
    assert (grant.identity, grant.name, grant.token_id) == ("ann", "Ann", "t1")
    assert (grant.room, grant.people) == (RoomGrant(join=True, room=RoomName("call-1")), PeopleGrant())
