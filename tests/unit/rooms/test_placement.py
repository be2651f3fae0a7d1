"""Where rooms and newcomers are carried."""

from __future__ import annotations

from tureen.rooms.placement import Placement


def test_a_new_room_goes_where_the_fewest_people_are() -> None:
    placement = Placement(3, spread_from=10)
    homes = []
    for _ in range(6):
        homes.append(placement.place_room())
        placement.place(homes[-1], 0)
    assert homes == [0, 1, 2, 0, 1, 2]
    placement.release(1)
    assert placement.place_room() == 1


def test_a_room_is_spread_from_its_threshold_on() -> None:
    placement = Placement(3, spread_from=4)
    shards = [placement.place(1, present) for present in range(12)]
    assert shards[:4] == [1] * 4
    assert [shards.count(shard) for shard in range(3)] == [4, 4, 4]


def test_one_shard_takes_all() -> None:
    placement = Placement(1, spread_from=1)
    assert {placement.place(placement.place_room(), present) for present in range(5)} == {0}
