from tureen.client.backoff import LONGEST_S, Backoff


def test_doubles_up_to_the_longest() -> None:
    backoff = Backoff(lambda: 1.0)
    waits = [backoff.next_s() for _ in range(20)]
    assert waits[:3] == [0.25, 0.5, 1.0]
    assert waits[-1] == LONGEST_S


def test_begins_anew_after_success() -> None:
    backoff = Backoff(lambda: 1.0)
    backoff.next_s()
    backoff.next_s()
    backoff.reset()
    assert backoff.next_s() == 0.25


def test_server_steers() -> None:
    assert Backoff(lambda: 0.5).next_s(4.0) == 6.0
