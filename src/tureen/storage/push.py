"""Registrations for push, in SQL. Implements `push.store.PushStore`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from tureen.model.ids import DeviceId, UserId
from tureen.push.registration import Registration
from tureen.storage.database import Database
from tureen.storage.schema.push import PUSH_REGISTRATIONS
from tureen.storage.script import Script, execute, rows

_R = PUSH_REGISTRATIONS.c
_DEVICE = and_(_R.person == bindparam("person"), _R.device == bindparam("device"))

_MAKE_WAY = delete(PUSH_REGISTRATIONS).where(or_(_DEVICE, _R.endpoint == bindparam("endpoint")))
_INSERT = insert(PUSH_REGISTRATIONS)
_OF_USER = (
    select(PUSH_REGISTRATIONS).where(_R.person == bindparam("person")).order_by(_R.registered_at.desc(), _R.device)
)
_REMOVE = delete(PUSH_REGISTRATIONS).where(_DEVICE)
_REMOVE_ENDPOINT = delete(PUSH_REGISTRATIONS).where(_DEVICE, _R.endpoint == bindparam("endpoint"))


class SqlPushStore:
    """On SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, registration: Registration, limit: int) -> None:
        """See `PushStore.put`."""
        await self._database.write(_put, registration, limit)

    async def remove(self, user: UserId, device: DeviceId, endpoint: str | None = None) -> None:
        """See `PushStore.remove`."""
        await self._database.write(_remove, user, device, endpoint)

    async def of_user(self, user: UserId) -> Sequence[Registration]:
        """See `PushStore.of_user`."""
        return await self._database.read(_of_user, user)


def _put(registration: Registration, limit: int) -> Script[None]:
    yield from execute(_MAKE_WAY, person=registration.user, device=registration.device, endpoint=registration.endpoint)
    yield from execute(
        _INSERT,
        person=registration.user,
        device=registration.device,
        channel=registration.channel,
        endpoint=registration.endpoint,
        public_key=registration.public_key,
        auth=registration.auth,
        registered_at=registration.registered_at,
    )
    for oldest in (yield from _of_user(registration.user))[limit:]:
        yield from _remove(oldest.user, oldest.device, None)


def _remove(user: UserId, device: DeviceId, endpoint: str | None) -> Script[None]:
    if endpoint is None:
        yield from execute(_REMOVE, person=user, device=device)
    else:
        yield from execute(_REMOVE_ENDPOINT, person=user, device=device, endpoint=endpoint)


def _of_user(user: UserId) -> Script[Sequence[Registration]]:
    found = yield from rows(_OF_USER, person=user)
    return [
        Registration(
            user=UserId(row["person"]),
            device=DeviceId(row["device"]),
            channel=row["channel"],
            endpoint=row["endpoint"],
            public_key=row["public_key"],
            auth=row["auth"],
            registered_at=row["registered_at"],
        )
        for row in found
    ]
