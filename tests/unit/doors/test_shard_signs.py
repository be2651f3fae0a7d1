"""Where shards share a port, a user name fragment brings its peer's checks to the shard of its transport."""

from __future__ import annotations

import string

from tests.unit.doors.fakes import FakeEntropy
from tests.unit.doors.guest import House
from tureen.doors.negotiation.negotiation import fresh_credentials
from tureen.model.ids import RoomName
from tureen.model.media import SHARD_SIGNS


def test_every_shard_has_a_sign_that_a_fragment_may_hold() -> None:
    assert len(set(SHARD_SIGNS)) == 64
    assert set(SHARD_SIGNS) == set(string.ascii_letters + string.digits + "+/")
    entropy = FakeEntropy()
    signs = [fresh_credentials(entropy, shard).ufrag[0] for shard in range(64)]
    assert "".join(signs) == SHARD_SIGNS


def test_fragments_name_the_shard_before_and_after_a_restart() -> None:
    house = House()
    guests = [house.join(f"guest{index}", room=RoomName(f"room {index}")) for index in range(8)]
    first = {guest.transport: house.media.transports[guest.transport].local_ice.ufrag for guest in guests}
    for guest in guests:
        guest.peer.ufrag += "x"
        guest.negotiate()
    opened = house.media.transports
    assert {transport.shard for transport in opened.values()} == {0, 1}
    for transport, ufrag in first.items():
        again = opened[transport].local_ice.ufrag
        assert again != ufrag
        assert again[0] == ufrag[0] == SHARD_SIGNS[opened[transport].shard]
