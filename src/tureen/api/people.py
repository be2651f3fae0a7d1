"""``/v1/people`` and ``/v1/tokens``: people are uploaded, tokens become void (docs/reference/http-api.md)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.bearer import Bearers
from tureen.api.error_responses import json_response
from tureen.api.people_bodies import (
    PeoplePage,
    PeopleRemoval,
    PeopleUpload,
    PersonAnswer,
    PersonPatch,
    Removed,
    Revoked,
    TokenRevocation,
    UploadAnswer,
)
from tureen.api.request_body import read_command_untrusted
from tureen.model.ids import UserId
from tureen.people import Administration
from tureen.people.storable import is_storable
from tureen.protocol.errors import invalid, not_found
from tureen.protocol.limits import MAX_ID_CHARACTERS

MAX_UPLOAD_BYTES = 4 * 1024 * 1024
MAX_BODY_BYTES = 256 * 1024
MAX_PAGE = 1_000


class PeopleApi:
    """Bearers of a token with ``people.admin`` only. Every refusal is a `CommandError`."""

    def __init__(self, administration: Administration, bearers: Bearers) -> None:
        self._administration = administration
        self._bearers = bearers

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        return [
            Route("/v1/people", self.page, methods=["GET"]),
            Route("/v1/people", self.upload, methods=["PUT"]),
            Route("/v1/people", self.remove, methods=["DELETE"]),
            Route("/v1/people/{user:path}/revoke", self.revoke, methods=["POST"]),
            Route("/v1/people/{user:path}", self.one, methods=["GET"]),
            Route("/v1/people/{user:path}", self.change, methods=["PATCH"]),
            Route("/v1/people/{user:path}", self.remove_one, methods=["DELETE"]),
            Route("/v1/tokens/revoke", self.revoke_token, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """A `PeoplePage`."""
        self._bearers.application_untrusted(request)
        limit = _limit_untrusted(request.query_params.get("limit", "100"))
        after = request.query_params.get("after")
        if after is not None and not is_storable([after]):
            raise invalid("after holds a character that no id holds (U+0000).")
        records = await self._administration.page(None if after is None else UserId(after), limit + 1)
        more = len(records) > limit
        people = [PersonAnswer.of(record) for record in records[:limit]]
        return json_response(PeoplePage(people=people, next=people[-1].id if more else None))

    async def upload(self, request: Request) -> Response:
        """An `UploadAnswer`."""
        self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, PeopleUpload, MAX_UPLOAD_BYTES)
        records = [person.record() for person in body.people]
        uploaded = await self._administration.upload(records)
        created, changed = len(uploaded.created), len(uploaded.changed)
        unchanged = len({record.user for record in records}) - created - changed
        return json_response(UploadAnswer(created=created, changed=changed, unchanged=unchanged))

    async def remove(self, request: Request) -> Response:
        """`Removed`."""
        self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, PeopleRemoval, MAX_BODY_BYTES)
        users = [UserId(user) for user in body.ids if is_storable([user])]
        return json_response(Removed(removed=await self._administration.remove(users)))

    async def one(self, request: Request) -> Response:
        """A `PersonAnswer`."""
        self._bearers.application_untrusted(request)
        return json_response(PersonAnswer.of(await self._administration.one(_user_untrusted(request))))

    async def change(self, request: Request) -> Response:
        """A `PersonAnswer`."""
        self._bearers.application_untrusted(request)
        user = _user_untrusted(request)
        patch = await read_command_untrusted(request, PersonPatch, MAX_BODY_BYTES)
        patch.check()
        return json_response(PersonAnswer.of(await self._administration.change(user, patch.apply)))

    async def remove_one(self, request: Request) -> Response:
        """`Removed`."""
        self._bearers.application_untrusted(request)
        return json_response(Removed(removed=await self._administration.remove([_user_untrusted(request)])))

    async def revoke(self, request: Request) -> Response:
        """`Revoked`."""
        self._bearers.application_untrusted(request)
        return json_response(Revoked(revoked_at=await self._administration.revoke(_user_untrusted(request))))

    async def revoke_token(self, request: Request) -> Response:
        """`Revoked`."""
        self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, TokenRevocation, MAX_BODY_BYTES)
        if not is_storable([body.token_id]):
            raise invalid("token_id holds a character that cannot be stored (U+0000).")
        return json_response(
            Revoked(revoked_at=await self._administration.revoke_token(body.token_id, body.expires_at))
        )


def _limit_untrusted(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_PAGE)) and 0 < int(text) <= MAX_PAGE:
        return int(text)
    raise invalid(f"limit is not a number from 1 to {MAX_PAGE}.")


def _user_untrusted(request: Request) -> UserId:
    user: str = request.path_params["user"]
    if not 0 < len(user) <= MAX_ID_CHARACTERS or not is_storable([user]):
        raise not_found("person")
    return UserId(user)
