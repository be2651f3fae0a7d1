"""Any order of questions, answers and failures: one probe at a time, and never left alone for good."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tests.unit.doors.fakes import FakeClock
from tureen.hooks.breaker import Breaker, BreakerSettings, BreakerState, Permit
from tureen.hooks.errors import HookError

SETTINGS = BreakerSettings(failures=3, pause_s=2, longest_pause_s=8)


class Questions(RuleBasedStateMachine):
    permits: Bundle[Permit] = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.breaker = Breaker(self.clock, SETTINGS)
        self.probing = 0

    @rule(target=permits)
    def ask(self) -> MultipleResults[Permit] | Permit:
        before = self.breaker.state
        if before is BreakerState.OPEN or self.probing:
            with pytest.raises(HookError) as caught:
                self.breaker.admit()
            assert 0 < caught.value.retry_after_s <= SETTINGS.longest_pause_s
            return multiple()
        permit = self.breaker.admit()
        assert permit.probes == (before is BreakerState.HALF_OPEN)
        self.probing += permit.probes
        return permit

    @rule(permit=consumes(permits))
    def answer(self, permit: Permit) -> None:
        before = self.breaker.state
        self.breaker.handle_answer(permit)
        self.probing -= permit.probes
        assert self.breaker.state is (BreakerState.CLOSED if permit.probes else before)

    @rule(permit=consumes(permits), author=st.none() | st.sampled_from(["ann", "bob", "cy"]))
    def fail(self, permit: Permit, author: str | None) -> None:
        self.breaker.handle_failure(permit, author)
        self.probing -= permit.probes
        assert not permit.probes or self.breaker.state is BreakerState.OPEN

    @rule(permit=consumes(permits))
    def give_up(self, permit: Permit) -> None:
        before = self.breaker.state
        self.breaker.handle_nothing(permit)
        self.probing -= permit.probes
        assert self.breaker.state is before

    @rule(seconds=st.sampled_from([0.5, 2.0, 8.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        assert seconds < SETTINGS.longest_pause_s or self.breaker.state is not BreakerState.OPEN

    @invariant()
    def one_probe_at_a_time(self) -> None:
        assert 0 <= self.probing <= 1

    @invariant()
    def one_timer_at_most(self) -> None:
        assert self.clock.pending == (self.breaker.state is BreakerState.OPEN)


TestQuestions = Questions.TestCase
