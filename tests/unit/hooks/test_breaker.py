"""When an application is left alone, and when it is asked again."""

from __future__ import annotations

import pytest

from tests.unit.doors.fakes import FakeClock
from tureen.hooks.breaker import Breaker, BreakerSettings, BreakerState
from tureen.hooks.errors import Failure, HookError

SETTINGS = BreakerSettings(failures=3, pause_s=2, longest_pause_s=5)


class Hook:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.breaker = Breaker(self.clock, SETTINGS)

    def fail(self, author: str | None = None) -> None:
        self.breaker.handle_failure(self.breaker.admit(), author)

    def answer(self) -> None:
        self.breaker.handle_answer(self.breaker.admit())

    def state(self) -> BreakerState:
        return self.breaker.state

    def wait_s(self) -> float:
        """What somebody is told who may not ask now."""
        with pytest.raises(HookError) as caught:
            self.breaker.admit()
        assert caught.value.failure is Failure.BREAKER_OPEN
        return caught.value.retry_after_s


@pytest.fixture
def hook() -> Hook:
    return Hook()


def test_failures_in_a_row_open_it(hook: Hook) -> None:
    for _ in range(2):
        hook.fail()
    hook.answer()
    for _ in range(3):
        assert hook.state() is BreakerState.CLOSED
        hook.fail()
    assert hook.wait_s() == 2
    hook.clock.advance(1.5)
    assert hook.wait_s() == 0.5


def test_one_question_at_a_time_probes(hook: Hook) -> None:
    for _ in range(3):
        hook.fail()
    hook.clock.advance(2)
    probe = hook.breaker.admit()
    assert hook.wait_s() == 1
    hook.breaker.handle_nothing(probe)
    hook.answer()
    assert hook.state() is BreakerState.CLOSED
    hook.fail()
    hook.answer()


def test_pauses_grow_up_to_a_bound_and_begin_anew(hook: Hook) -> None:
    for _ in range(3):
        hook.fail()
    for pause in (4, 5, 5):
        hook.clock.advance(5)
        hook.fail()
        assert hook.wait_s() == pause
    hook.clock.advance(5)
    hook.answer()
    for _ in range(3):
        hook.fail()
    assert hook.wait_s() == 2


def test_nobody_silences_others_with_what_the_application_chokes_on(hook: Hook) -> None:
    for _ in range(100):
        hook.fail("mallory")
    assert hook.state() is BreakerState.CLOSED
    hook.fail("ann")
    assert hook.state() is BreakerState.CLOSED
    hook.fail("bob")
    assert hook.state() is BreakerState.OPEN


def test_what_was_asked_before_it_opened_changes_nothing(hook: Hook) -> None:
    early = [hook.breaker.admit() for _ in range(2)]
    for _ in range(3):
        hook.fail()
    hook.breaker.handle_answer(early[0])
    assert hook.state() is BreakerState.OPEN
    hook.clock.advance(2)
    hook.breaker.handle_failure(early[1], None)
    assert hook.state() is BreakerState.HALF_OPEN
    hook.answer()


def test_a_clock_that_is_set_back_keeps_it_open_no_longer(hook: Hook) -> None:
    for _ in range(3):
        hook.fail()
    hook.clock._now -= 3600
    assert hook.wait_s() == 2
