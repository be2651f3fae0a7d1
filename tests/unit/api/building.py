"""The API of a town behind HTTP."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.unit.people.building import Town
from tureen.api.bearer import Bearers
from tureen.api.people import PeopleApi
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.config.load import load_settings
from tureen.model.grant import Grant, PeopleGrant
from tureen.model.ids import Identity
from tureen.server.application import build_app
from tureen.server.health import Health, NodeState
from tureen.telemetry.metrics import Metrics

KEY, SECRET = "key", Secret("secret")


class Node:
    """Requests go through the whole application; time is the town's."""

    def __init__(self, town: Town) -> None:
        self.town = town
        bearers = Bearers({KEY: SECRET}, town.revocations, town.clock)
        api = PeopleApi(town.people.administration, bearers)
        health = Health()
        health.move_to(NodeState.READY)
        settings = load_settings({"keys": f"{KEY}: {SECRET.reveal()}"})
        self.client = TestClient(build_app(settings, api.routes, health, Metrics()), raise_server_exceptions=False)
        self.admin = self.token(people=PeopleGrant(admin=True))

    def token(self, secret: Secret = SECRET, lifetime_s: float = 600.0, **fields: Any) -> str:
        fields.setdefault("identity", Identity("app"))
        grant = Grant(api_key=KEY, expires_at=0.0, **fields)
        return issue_token(grant, KEY, secret, self.town.clock.now(), lifetime_s)

    def ask(self, method: str, path: str, body: object = None, *, token: str | None = None) -> tuple[int, Any]:
        """Status and JSON."""
        response = self.send(method, path, token=token, json=body)
        return response.status_code, response.json()

    def send(self, method: str, path: str, *, token: str | None = None, **request: Any) -> Any:
        bearer = self.admin if token is None else token
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self.client.request(method, path, headers=headers | request.pop("headers", {}), **request)
