"""The clients of `benches.people` against a started server: a measurement is worth as much as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benches.people.place import SQLITE, open_place
from benches.people.returning import measure_return
from benches.people.ring import Pair
from benches.people.served import shipped


async def test_all_come_back_to_all_that_they_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benches.people.returning.SETTLE_S", 0.0)
    with open_place(tmp_path, SQLITE) as place:
        await measure_return(place, 100)
    results = {line["scenario"]: line["figures"] for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(results) == {"stored-idle", "stored-return", "stored-return-restarted"}
    for name in ("stored-return", "stored-return-restarted"):
        assert (results[name]["sockets"], results[name]["incomplete"]) == (100, 0)
    assert results["stored-return"]["resumed"] == 100
    assert results["stored-return-restarted"]["resumed"] == 0


async def test_a_call_rings_on_all_devices_before_the_caller_hears_of_it(tmp_path: Path) -> None:
    with open_place(tmp_path, SQLITE) as place, shipped(place, "ring") as served:
        served.start()
        pair = await Pair.open(served.port, 0)
        for _ in range(2):
            times = await pair.call()
            assert 0 < times.first <= times.all
            assert times.first < times.heard
