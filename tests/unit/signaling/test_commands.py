"""Commands that come again, and commands that come too fast."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.model.ids import DeviceId, UserId
from tureen.protocol.commands import Command, MessageSearch, Ping, StateGet, Typing
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.signaling import CommandRates, KeptReplies, Seen, TokenBucket
from tureen.signaling.kept_replies import KEEP_PER_DEVICE, KEEP_S, MAX_REPLY_BYTES, OVERHEAD_BYTES, Key

ANN = UserId("ann")


def key(command: str = "c1", device: str = "phone") -> Key:
    return (ANN, DeviceId(device), command)


def until_refused(rates: CommandRates, bucket: TokenBucket, command: Command) -> tuple[int, CommandError]:
    """How many pass, all at the same time, and the refusal of the next one."""
    for passed in range(1000):
        try:
            rates.check(ANN, bucket, command, 0)
        except CommandError as error:
            return passed, error
    raise AssertionError("there is no bound")


class TestKeptReplies:
    def test_a_command_is_carried_out_once_and_answered_as_often_as_it_comes(self) -> None:
        replies = KeptReplies(10_000)
        assert replies.begin(key(), 0) is Seen.NEVER
        assert replies.begin(key(), 1) is Seen.UNDER_WAY
        replies.finish(key(), b"done", 2)
        assert replies.begin(key(), 3) == b"done"
        assert replies.begin(key(device="laptop"), 3) is Seen.NEVER

    def test_what_may_end_otherwise_next_time_is_carried_out_again(self) -> None:
        replies = KeptReplies(10_000)
        replies.begin(key(), 0)
        replies.finish(key(), None, 0)
        assert replies.begin(key(), 0) is Seen.NEVER

    def test_long_replies_are_not_kept(self) -> None:
        replies = KeptReplies(1_000_000)
        replies.begin(key(), 0)
        replies.finish(key(), bytes(MAX_REPLY_BYTES + 1), 0)
        assert replies.begin(key(), 0) is Seen.NEVER
        assert replies.size_bytes == 0

    def test_they_are_forgotten_after_some_time(self) -> None:
        replies = KeptReplies(10_000)
        replies.begin(key(), 0)
        replies.finish(key(), b"done", 10)
        assert replies.begin(key(), 10 + KEEP_S) == b"done"
        assert replies.begin(key(), 10.1 + KEEP_S) is Seen.NEVER
        assert replies.size_bytes == 0

    def test_each_device_has_the_last_ones_only(self) -> None:
        replies = KeptReplies(10_000_000)
        for number in range(KEEP_PER_DEVICE + 1):
            replies.begin(key(f"c{number}"), 0)
            replies.finish(key(f"c{number}"), b"done", 0)
        assert replies.begin(key("c0"), 0) is Seen.NEVER
        assert replies.begin(key("c1"), 0) == b"done"

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40), st.integers(0, 300), st.integers(0, 200))))
    def test_their_bytes_are_bounded_over_all_devices(self, steps: list[tuple[int, int, int, int]]) -> None:
        limit, now = 4_000, 0.0
        replies = KeptReplies(limit)
        for device, command, size, wait in steps:
            now += wait
            which = key(f"c{command}", f"d{device}")
            if replies.begin(which, now) is Seen.NEVER:
                replies.finish(which, bytes(size), now)
                assert replies.begin(which, now) == bytes(size) or size + OVERHEAD_BYTES > limit
            assert 0 <= replies.size_bytes <= limit
        replies.begin(key("last"), now + KEEP_S + 1)
        assert replies.size_bytes == 0


class TestRates:
    def test_a_bucket_says_when_to_try_again_and_keeps_its_word(self) -> None:
        bucket = TokenBucket(10, 2, 100.0)
        assert [bucket.take(1, 100.0) for _ in range(20)] == [0.0] * 20
        assert bucket.take(1, 100.0) == pytest.approx(0.1)
        assert bucket.take(1, 100.05) == pytest.approx(0.05)
        assert bucket.take(1, 100.11) == 0.0

    def test_a_clock_that_is_set_back_gives_nothing(self) -> None:
        bucket = TokenBucket(10, 2, 100.0)
        bucket.take(20, 100.0)
        assert bucket.take(1, 50.0) > 0
        assert bucket.take(1, 50.2) == 0.0

    @pytest.mark.parametrize(
        ("command", "times"),
        [
            (StateGet(id="c", conversation="CV"), 40),
            (Typing(id="c", conversation="CV"), 200),
            (MessageSearch(id="c", query="soup"), 4),
            (Ping(id="c"), 400),
        ],
    )
    def test_kinds_cost_what_they_make_the_server_do(self, command: Command, times: int) -> None:
        rates = CommandRates(10)
        bucket = rates.new_bucket(0)
        passed, refused = until_refused(rates, bucket, command)
        assert passed == pytest.approx(times, abs=1)
        assert refused.error_code is ErrorCode.RATE_LIMITED
        assert refused.retry_after_ms is not None
        rates.check(ANN, bucket, command, refused.retry_after_ms / 1000)

    def test_all_devices_of_a_person_together_have_a_bound_too(self) -> None:
        rates = CommandRates(10)
        command = StateGet(id="c", conversation="CV")
        assert [until_refused(rates, rates.new_bucket(0), command)[0] for _ in range(3)] == [40, 40, 0]
        rates.check(UserId("bob"), rates.new_bucket(0), command, 0)
