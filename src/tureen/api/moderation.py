"""``/v1/moderation``: what was reported, and what moderators did. For the application (docs/reference/http-api.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.conversations import Bearers
from tureen.api.error_responses import json_response
from tureen.api.query import integer_untrusted
from tureen.messaging import MessagingService
from tureen.messaging.records import AuditEntry, Report
from tureen.protocol.limits import MAX_PAGE


class ReportPage(Struct, frozen=True, kw_only=True):
    """Newest first; the next page is ``?before=`` the last one's number."""

    reports: list[Report]


class AuditPage(Struct, frozen=True, kw_only=True):
    """Newest first; the next page is ``?before=`` the last one's number."""

    entries: list[AuditEntry]


class ModerationApi:
    """Bearers of a token with ``people.admin`` only. Every refusal is a `CommandError`."""

    def __init__(self, service: MessagingService, bearers: Bearers) -> None:
        self._service = service
        self._bearers = bearers

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        return [
            Route("/v1/moderation/reports", self.reports, methods=["GET"]),
            Route("/v1/moderation/audit", self.audit, methods=["GET"]),
        ]

    async def reports(self, request: Request) -> Response:
        """A `ReportPage`."""
        self._bearers.application_untrusted(request)
        return json_response(ReportPage(reports=list(await self._service.reports(*_page_untrusted(request)))))

    async def audit(self, request: Request) -> Response:
        """An `AuditPage`."""
        self._bearers.application_untrusted(request)
        return json_response(AuditPage(entries=list(await self._service.audit(*_page_untrusted(request)))))


def _page_untrusted(request: Request) -> tuple[int | None, int]:
    return integer_untrusted(request, "before", 1, 2**53), integer_untrusted(request, "limit", 1, MAX_PAGE) or 50
