from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.media.ssrc import SsrcAllocator


@given(st.integers(0, 2**16 - 1), st.integers(1, 200))
def test_no_source_ever_returns(prefix: int, count: int) -> None:
    allocator = SsrcAllocator(prefix)
    pairs = [allocator.allocate() for _ in range(count)]
    values = [value for pair in pairs for value in pair]
    assert len(set(values)) == 2 * count
    assert all(0 < value < 2**32 for value in values)
    assert all(pair.media % 2 == 0 and pair.rtx == pair.media + 1 for pair in pairs)


def test_a_full_block_goes_on_in_the_next() -> None:
    allocator = SsrcAllocator(0xFFFF)
    values = {value for _ in range(70_000) for value in allocator.allocate()}
    assert len(values) == 140_000
    assert 0 not in values


def test_the_prefix_has_sixteen_bits() -> None:
    with pytest.raises(OverflowError):
        SsrcAllocator(1 << 16)
