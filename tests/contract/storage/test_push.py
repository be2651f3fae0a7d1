from __future__ import annotations

import pytest

from tests.unit.push.fakes import registration
from tureen.model.ids import DeviceId, UserId
from tureen.storage.database import Database
from tureen.storage.push import SqlPushStore

ADA = UserId("ada")


@pytest.fixture
def store(database: Database) -> SqlPushStore:
    return SqlPushStore(database)


async def test_a_device_has_one_registration(store: SqlPushStore) -> None:
    await store.put(registration(endpoint="https://p.test/1"), 20)
    latest = registration(endpoint="https://p.test/2", at=5)
    await store.put(latest, 20)
    assert await store.of_user(ADA) == [latest]


async def test_an_endpoint_belongs_to_whoever_registered_it_last(store: SqlPushStore) -> None:
    await store.put(registration("ada", endpoint="https://p.test/1"), 20)
    await store.put(registration("bob", endpoint="https://p.test/1"), 20)
    assert await store.of_user(ADA) == []
    assert len(await store.of_user(UserId("bob"))) == 1


async def test_the_oldest_go_when_there_are_too_many(store: SqlPushStore) -> None:
    for number in range(4):
        await store.put(registration(device=f"d{number}", at=number), 3)
    assert [each.device for each in await store.of_user(ADA)] == ["d3", "d2", "d1"]


async def test_only_the_registration_that_is_meant_is_removed(store: SqlPushStore) -> None:
    await store.put(registration(endpoint="https://p.test/1"), 20)
    await store.remove(ADA, DeviceId("phone"), "https://p.test/other")
    assert len(await store.of_user(ADA)) == 1
    await store.remove(ADA, DeviceId("phone"), "https://p.test/1")
    assert await store.of_user(ADA) == []
