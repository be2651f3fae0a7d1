"""A town for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.people.building import Town


@pytest.fixture
def town() -> Iterator[Town]:
    town = Town()
    yield town
    town.close()
