"""What waits for a slow connection, against a model."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tureen.protocol.events import DeliveryClass
from tureen.signaling import Outbox, Parcel
from tureen.signaling.outbox import OVERHEAD_BYTES

SIGNAL, STATE, MESSAGE = DeliveryClass.SIGNAL, DeliveryClass.STATE, DeliveryClass.MESSAGE


def message(name: str, size: int = 10) -> Parcel:
    return Parcel(name.encode().ljust(size, b"."))


def signal(name: str, size: int = 10) -> Parcel:
    return Parcel(name.encode().ljust(size, b"."), SIGNAL)


def state(key: str, name: str, size: int = 10) -> Parcel:
    return Parcel(name.encode().ljust(size, b"."), STATE, key)


def drained(outbox: Outbox) -> list[str]:
    names = []
    while (parcel := outbox.poll()) is not None:
        names.append(parcel.frame.decode().rstrip("."))
    return names


def room_for(parcels: int) -> int:
    return parcels * (10 + OVERHEAD_BYTES)


def test_everything_waits_in_order_while_there_is_room() -> None:
    outbox = Outbox(room_for(100))
    for parcel in (message("a"), signal("b"), state("k", "c"), message("d")):
        assert outbox.put(parcel)
    assert drained(outbox) == ["a", "b", "c", "d"]
    assert outbox.size_bytes == 0


def test_a_state_replaces_the_older_one_and_comes_after_what_came_before_it() -> None:
    outbox = Outbox(room_for(100))
    for parcel in (state("k", "old"), message("a"), state("other", "o"), state("k", "new")):
        assert outbox.put(parcel)
    assert drained(outbox) == ["a", "o", "new"]


def test_beyond_half_signals_go_first_those_that_wait_too() -> None:
    outbox = Outbox(room_for(10))
    for parcel in (message("a"), signal("b"), message("c"), signal("d"), message("e")):
        assert outbox.put(parcel)
    assert outbox.put(message("f"))
    for number in range(5):
        assert outbox.put(message(f"g{number}"))
        assert outbox.put(signal("late"))
    assert drained(outbox) == ["a", "c", "e", "f", "g0", "g1", "g2", "g3", "g4"]
    assert outbox.size_bytes == 0


def test_a_signal_fits_again_once_there_is_room() -> None:
    outbox = Outbox(room_for(4))
    assert outbox.put(message("a"))
    assert outbox.put(message("b"))
    assert outbox.put(signal("dropped"))
    assert outbox.poll() is not None
    assert outbox.put(signal("c"))
    assert drained(outbox) == ["b", "c"]


def test_a_message_that_does_not_fit_is_a_reason_to_give_up_and_changes_nothing() -> None:
    outbox = Outbox(room_for(2))
    assert outbox.put(message("a"))
    assert outbox.put(message("b"))
    assert not outbox.put(message("c"))
    assert drained(outbox) == ["a", "b"]


def test_states_of_one_key_need_the_room_of_one() -> None:
    outbox = Outbox(room_for(1))
    for number in range(1000):
        assert outbox.put(state("k", str(number)))
    assert drained(outbox) == ["999"]


def test_what_the_receiver_knows_can_be_forgotten() -> None:
    outbox = Outbox(room_for(10))
    for name in "abcd":
        assert outbox.put(message(name))
    outbox.drop_where(lambda parcel: parcel.frame[:1] in b"ac")
    assert drained(outbox) == ["b", "d"]


PARCELS = st.one_of(
    st.tuples(st.just(MESSAGE), st.none(), st.integers(1, 60)),
    st.tuples(st.just(SIGNAL), st.none(), st.integers(1, 60)),
    st.tuples(st.just(STATE), st.sampled_from("xyz"), st.integers(1, 60)),
    st.none(),
)


@given(st.lists(PARCELS, max_size=120), st.integers(300, 3000))
def test_bounds_order_and_classes_hold_whatever_comes(
    steps: list[tuple[DeliveryClass, str | None, int] | None], limit: int
) -> None:
    """``None`` polls; everything else is put."""
    outbox = Outbox(limit)
    accepted: list[Parcel] = []
    got: list[Parcel] = []
    for number, step in enumerate(steps):
        if step is None:
            parcel = outbox.poll()
            if parcel is not None:
                got.append(parcel)
            continue
        delivery, key, size = step
        parcel = Parcel(f"{number}".encode().ljust(size, b"."), delivery, key)
        if outbox.put(parcel):
            accepted.append(parcel)
        else:
            assert delivery is not SIGNAL
        assert 0 <= outbox.size_bytes <= limit
    while (parcel := outbox.poll()) is not None:
        got.append(parcel)
    assert outbox.size_bytes == 0
    assert len(outbox) == 0
    order = [accepted.index(each) for each in got]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    messages = [each for each in accepted if each.delivery is MESSAGE]
    assert [each for each in got if each.delivery is MESSAGE] == messages
    for key in "xyz":
        states = [each for each in accepted if each.conflation_key == key]
        if states:
            assert states[-1] in got
