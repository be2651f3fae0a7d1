"""``/v1/moderation``: what was reported, and what moderators did; and under ``/v1/conversations`` what they do.

All of it is the application's (docs/reference/http-api.md). Every refusal is a `CommandError`.
"""

from __future__ import annotations

import re

from msgspec import UNSET, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.actors import actor_of
from tureen.api.conversations import Bearers, conversation_untrusted
from tureen.api.error_responses import json_response
from tureen.api.query import flag_untrusted, integer_untrusted, text_untrusted
from tureen.api.request_body import read_command_untrusted
from tureen.messaging import MessagingService
from tureen.messaging.records import AuditEntry, Report, ReportQuery
from tureen.model.actor import Actor
from tureen.ports import Entropy
from tureen.protocol.commands import (
    Command,
    ConversationMembers,
    ConversationMute,
    ConversationRemove,
    ConversationRole,
    MessageDelete,
)
from tureen.protocol.errors import invalid, not_found
from tureen.protocol.limits import MAX_ID_CHARACTERS, MAX_PAGE, Instant, Reason
from tureen.protocol.replies import Members
from tureen.protocol.resources import Member, MemberRole

MAX_BODY_BYTES = 16 * 1024
_NUMBER = re.compile(r"[0-9]{1,15}")


class ReportPage(Struct, frozen=True, kw_only=True):
    """Newest first; the next page is ``?before=`` the last one's number."""

    reports: list[Report]


class ReportPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PATCH /v1/moderation/reports/{number}``: it was dealt with, or is open again."""

    resolved: bool
    resolution: Reason = ""


class AuditPage(Struct, frozen=True, kw_only=True):
    """Newest first; the next page is ``?before=`` the last one's number."""

    entries: list[AuditEntry]


class MemberPage(Struct, frozen=True, kw_only=True):
    """In the order of their ids; the next page is ``?after=`` the last one's."""

    members: list[Member]


class MemberPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PATCH /v1/conversations/{id}/members/{user}``; what is absent stays."""

    role: MemberRole | UnsetType = UNSET
    muted_until: Instant | UnsetType | None = UNSET


class ModerationApi:
    """Bearers of a token with ``people.admin`` only."""

    def __init__(self, service: MessagingService, bearers: Bearers, entropy: Entropy) -> None:
        self._service = service
        self._handlers = service.handlers()
        self._bearers = bearers
        self._entropy = entropy

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        one = "/v1/conversations/{conversation}"
        return [
            Route("/v1/moderation/reports", self.reports, methods=["GET"]),
            Route("/v1/moderation/reports/{number}", self.resolve_report, methods=["PATCH"]),
            Route("/v1/moderation/audit", self.audit, methods=["GET"]),
            Route(f"{one}/messages/{{message}}", self.delete_message, methods=["DELETE"]),
            Route(f"{one}/members", self.members, methods=["GET"]),
            Route(f"{one}/members/{{user:path}}", self.change_member, methods=["PATCH"]),
            Route(f"{one}/members/{{user:path}}", self.remove_member, methods=["DELETE"]),
        ]

    async def reports(self, request: Request) -> Response:
        """A `ReportPage`."""
        self._bearers.application_untrusted(request)
        state = text_untrusted(request, "state", MAX_ID_CHARACTERS)
        if state not in (None, "open", "resolved"):
            raise invalid("The parameter state is neither open nor resolved.")
        before, limit = _page_untrusted(request)
        query = ReportQuery(open=None if state is None else state == "open", before=before, limit=limit)
        return json_response(ReportPage(reports=list(await self._service.reports(query))))

    async def resolve_report(self, request: Request) -> Response:
        """The `Report` as it is then: whoever was first has said what came of it."""
        actor = self._moderator_untrusted(request)
        number = request.path_params["number"]
        if _NUMBER.fullmatch(number) is None:
            raise not_found("report")
        patch = await read_command_untrusted(request, ReportPatch, MAX_BODY_BYTES)
        if patch.resolution and not patch.resolved:
            raise invalid("A report that is open has no resolution.", "Leave it out, or set resolved to true.")
        resolution = patch.resolution if patch.resolved else None
        return json_response(await self._service.resolve_report(actor.user, int(number), resolution))

    async def audit(self, request: Request) -> Response:
        """An `AuditPage`."""
        self._bearers.application_untrusted(request)
        return json_response(AuditPage(entries=list(await self._service.audit(*_page_untrusted(request)))))

    async def members(self, request: Request) -> Response:
        """A `MemberPage`."""
        actor = actor_of(self._bearers.application_untrusted(request))
        command = ConversationMembers(
            id=self._id(),
            conversation=conversation_untrusted(request),
            after=text_untrusted(request, "after", MAX_ID_CHARACTERS),
            limit=integer_untrusted(request, "limit", 1, MAX_PAGE) or 100,
        )
        reply = await self._handlers[ConversationMembers](actor, command)
        assert isinstance(reply, Members)  # noqa: S101 - what this command is answered with
        return json_response(MemberPage(members=reply.members))

    async def delete_message(self, request: Request) -> Response:
        """Takes a message away for everyone."""
        actor = self._moderator_untrusted(request)
        conversation, message = conversation_untrusted(request), _id_untrusted(request, "message")
        await self._do(actor, MessageDelete(id=self._id(), conversation=conversation, message=message))
        return json_response({"deleted": True})

    async def change_member(self, request: Request) -> Response:
        """Another role, and what the member may write."""
        actor = self._moderator_untrusted(request)
        conversation, user = conversation_untrusted(request), _id_untrusted(request, "user")
        patch = await read_command_untrusted(request, MemberPatch, MAX_BODY_BYTES)
        if patch.role is not UNSET:
            await self._do(
                actor, ConversationRole(id=self._id(), conversation=conversation, user=user, role=patch.role)
            )
        if patch.muted_until is not UNSET:
            await self._do(
                actor, ConversationMute(id=self._id(), conversation=conversation, user=user, until=patch.muted_until)
            )
        return json_response(patch)

    async def remove_member(self, request: Request) -> Response:
        """Sends somebody out; with ``ban=true`` they cannot come back by themselves."""
        actor = self._moderator_untrusted(request)
        conversation, user = conversation_untrusted(request), _id_untrusted(request, "user")
        ban = flag_untrusted(request, "ban")
        await self._do(actor, ConversationRemove(id=self._id(), conversation=conversation, users=[user], ban=ban))
        return json_response({"removed": True, "banned": ban})

    def _moderator_untrusted(self, request: Request) -> Actor:
        grant = self._bearers.application_untrusted(request)
        if not grant.identity:
            raise invalid("The token names nobody.", "Give it a subject: members are told who did it, and it is noted.")
        return actor_of(grant)

    async def _do(self, actor: Actor, command: Command) -> None:
        await self._handlers[type(command)](actor, command)

    def _id(self) -> str:
        return self._entropy.token(20)


def _page_untrusted(request: Request) -> tuple[int | None, int]:
    return integer_untrusted(request, "before", 1, 2**53), integer_untrusted(request, "limit", 1, MAX_PAGE) or 50


def _id_untrusted(request: Request, name: str) -> str:
    text: str = request.path_params[name]
    if not 0 < len(text) <= MAX_ID_CHARACTERS:
        raise not_found("member" if name == "user" else name)
    return text
