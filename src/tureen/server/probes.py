"""``/healthz``, ``/readyz`` and ``/metrics``."""

from __future__ import annotations

import hmac
import ipaddress

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tureen.api.errors import ApiError
from tureen.auth.secret import Secret
from tureen.server.health import HealthPort, NodeState
from tureen.telemetry.metrics import CONTENT_TYPE, Metrics

_NO_STORE = {"Cache-Control": "no-store"}


class Probes:
    """What orchestrators and scrapers ask."""

    def __init__(self, health: HealthPort, metrics: Metrics, metrics_token: Secret | None) -> None:
        self._health = health
        self._metrics = metrics
        self._metrics_token = metrics_token

    async def live(self, _request: Request) -> Response:
        """200 for as long as the event loop turns."""
        return PlainTextResponse("ok\n", headers=_NO_STORE)

    async def ready(self, _request: Request) -> Response:
        """200 when newcomers are welcome, else 503."""
        state = self._health.state
        status = 200 if state is NodeState.READY else 503
        return PlainTextResponse(f"{state.name.lower()}\n", status_code=status, headers=_NO_STORE)

    async def scrape(self, request: Request) -> Response:
        """The metrics: to bearers of ``metrics.token`` where it is set, else to this machine itself."""
        if not self._may_scrape(request):
            raise ApiError(
                403,
                "forbidden",
                "Metrics are for bearers of the metrics token; without one, for this machine only.",
                "Set metrics.token and send it as Authorization: Bearer.",
            )
        return Response(self._metrics.render(), headers=_NO_STORE | {"Content-Type": CONTENT_TYPE})

    def _may_scrape(self, request: Request) -> bool:
        if self._metrics_token is not None:
            scheme, _, given = request.headers.get("authorization", "").partition(" ")
            expected = self._metrics_token.reveal().encode()
            return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), expected)
        return _is_local(request)


def _is_local(request: Request) -> bool:
    """From this machine, and not on somebody's behalf: a reverse proxy here speaks for the whole world."""
    if request.client is None or any(name in request.headers for name in ("forwarded", "x-forwarded-for", "via")):
        return False
    try:
        address = ipaddress.ip_address(request.client.host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
