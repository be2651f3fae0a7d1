"""The order of simulcast layers."""

from __future__ import annotations

import pytest

from tureen.sdp.ladder import from_low_to_high
from tureen.sdp.simulcast import Rid, RidDirection


def order(*rids: str, restrictions: dict[str, str] | None = None) -> list[str]:
    offered = tuple(
        Rid(id=rid, direction=RidDirection.SEND, restrictions=(restrictions or {}).get(rid, "")) for rid in rids
    )
    return [rid.id for rid in from_low_to_high(offered)]


@pytest.mark.parametrize(
    ("offered", "sorted_"),
    [
        ("f h q", "q h f"),
        ("q h", "q h"),
        ("h m l", "l m h"),
        ("hi mid lo", "lo mid hi"),
        ("High Low", "Low High"),
        ("z a m", "z a m"),
        ("2 1 0", "2 1 0"),
        ("q", "q"),
    ],
)
def test_known_names_are_sorted_and_others_kept(offered: str, sorted_: str) -> None:
    assert order(*offered.split()) == sorted_.split()


def test_stated_sizes_come_first() -> None:
    sizes = {
        "q": "max-width=1280;max-height=720",
        "h": "max-height=180;max-width=320",
        "f": "max-width=640;max-height=360",
    }
    assert order("q", "h", "f", restrictions=sizes) == ["h", "f", "q"]


def test_sizes_count_only_if_every_layer_states_one() -> None:
    assert order("f", "q", restrictions={"f": "max-width=1;max-height=1"}) == ["q", "f"]
    assert order("f", "q", restrictions={"f": "max-width=x;max-height=1", "q": "max-width=9"}) == ["q", "f"]
