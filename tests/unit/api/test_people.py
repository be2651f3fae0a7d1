"""``/v1/people`` and ``/v1/tokens`` as applications use them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.building import Node
from tests.unit.people.building import grant, run
from tureen.auth.secret import Secret
from tureen.model.grant import PeopleGrant
from tureen.model.ids import UserId
from tureen.people.limits import MAX_ATTRIBUTES, MAX_BULK
from tureen.storage.errors import StorageBusyError, StorageCorruptError, StorageError, StorageFullError

ENDPOINTS = (
    ("GET", "/v1/people"),
    ("PUT", "/v1/people"),
    ("DELETE", "/v1/people"),
    ("GET", "/v1/people/ann"),
    ("PATCH", "/v1/people/ann"),
    ("DELETE", "/v1/people/ann"),
    ("POST", "/v1/people/ann/revoke"),
    ("POST", "/v1/tokens/revoke"),
)


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["error"]["code"]


def put(node: Node, *people: dict[str, Any]) -> tuple[int, Any]:
    return node.ask("PUT", "/v1/people", {"people": list(people)})


class TestAccess:
    @pytest.mark.parametrize(("method", "path"), ENDPOINTS)
    def test_is_the_applications_only(self, node: Node, method: str, path: str) -> None:
        admin = PeopleGrant(admin=True)
        expired = node.token(people=admin, lifetime_s=10.0)
        run(node.town.people.administration.revoke_token("gone", None))
        node.town.clock.advance(100)
        refused = {
            name: code(node.ask(method, path, {}, token=token))
            for name, token in {
                "none": "",
                "garbage": "a.b.c",
                "foreign": node.token(Secret("other"), people=admin),
                "expired": expired,
                "revoked": node.token(people=admin, token_id="gone"),
                "a person's": node.token(people=PeopleGrant(connect=True)),
            }.items()
        }
        assert refused == {
            "none": (401, "unauthenticated"),
            "garbage": (401, "unauthenticated"),
            "foreign": (401, "unauthenticated"),
            "expired": (401, "token_expired"),
            "revoked": (403, "revoked"),
            "a person's": (403, "forbidden"),
        }

    def test_says_how_to_authenticate(self, node: Node) -> None:
        assert node.send("GET", "/v1/people", token="").headers["WWW-Authenticate"] == "Bearer"


class TestUpload:
    def test_replaces_whole_entries(self, node: Node) -> None:
        assert put(node, {"id": "ann", "name": "Ann", "attributes": {"a": "1"}}, {"id": "ben"}) == (
            200,
            {"created": 2, "changed": 0, "unchanged": 0},
        )
        assert put(node, {"id": "ann"}, {"id": "ben"}, {"id": "cleo"}) == (
            200,
            {"created": 1, "changed": 1, "unchanged": 1},
        )
        assert node.ask("GET", "/v1/people/ann")[1]["attributes"] == {}

    def test_of_one_id_twice_counts_the_later_one(self, node: Node) -> None:
        assert put(node, {"id": "ann", "name": "A"}, {"id": "ann", "name": "B"})[1]["created"] == 1
        assert node.ask("GET", "/v1/people/ann")[1]["name"] == "B"

    def test_takes_a_full_load(self, node: Node) -> None:
        assert put(node, *({"id": f"p{number}"} for number in range(MAX_BULK)))[1]["created"] == MAX_BULK

    @pytest.mark.parametrize(
        "person",
        [
            {},
            {"id": ""},
            {"id": "x" * 129},
            {"id": "a\0b"},
            {"id": "a", "name": "x" * 257},
            {"id": "a", "name": "a\0b"},
            {"id": "a", "avatar": "javascript:alert(1)"},
            {"id": "a", "attributes": {"k": "x" * 513}},
            {"id": "a", "attributes": {"k": "\0"}},
            {"id": "a", "attributes": {str(number): "" for number in range(MAX_ATTRIBUTES + 1)}},
            {"id": "a", "attributes": {"k": 1}},
            {"id": "a", "privacy": {"reach": "friends"}},
            {"id": "a", "privacy": {"raech": "nobody"}},
            {"id": "a", "unknown": 1},
            "a",
        ],
    )
    def test_refuses_what_is_out_of_bounds_and_stores_nothing(self, node: Node, person: Any) -> None:
        assert code(put(node, {"id": "good"}, person)) == (400, "invalid")
        assert node.ask("GET", "/v1/people")[1]["people"] == []

    def test_refuses_too_many_none_and_what_is_no_json(self, node: Node) -> None:
        assert code(put(node)) == (400, "invalid")
        assert code(put(node, *({"id": str(number)} for number in range(MAX_BULK + 1)))) == (400, "invalid")
        responses = (
            node.send("PUT", "/v1/people", content=b"{", headers={"Content-Type": "application/json"}),
            node.send("PUT", "/v1/people", content=b"x" * 5_000_000, headers={"Content-Type": "application/json"}),
            node.send("PUT", "/v1/people", content=b"{}", headers={"Content-Type": "text/plain"}),
            node.send("PUT", "/v1/people", content=b"[" * 100_000, headers={"Content-Type": "application/json"}),
        )
        assert [code((each.status_code, each.json())) for each in responses] == [
            (400, "invalid"),
            (413, "too_large"),
            (415, "unsupported_media"),
            (400, "invalid"),
        ]


class TestOne:
    def test_ids_may_hold_anything(self, node: Node) -> None:
        put(node, {"id": "a/b ü?", "name": "Odd"}, {"id": "x/revoke", "name": "Odder"})
        assert node.ask("GET", "/v1/people/a%2Fb%20%C3%BC%3F")[1]["name"] == "Odd"
        assert node.ask("PATCH", "/v1/people/x/revoke", {})[1]["name"] == "Odder"

    @pytest.mark.parametrize("method", ["GET", "PATCH"])
    @pytest.mark.parametrize("user", ["nobody", "x" * 200, "a%00b"])
    def test_that_is_not_there(self, node: Node, method: str, user: str) -> None:
        assert code(node.ask(method, f"/v1/people/{user}", {})) == (404, "not_found")

    def test_a_change_leaves_the_rest_and_makes_it_the_applications(self, node: Node) -> None:
        run(node.town.people.admit(grant("ann", name="Ann", attributes={"a": "1", "b": "2"})))
        status, entry = node.ask(
            "PATCH", "/v1/people/ann", {"attributes": {"a": None, "c": "3"}, "privacy": {"reach": "contacts"}}
        )
        assert (status, entry["name"], entry["attributes"], entry["source"]) == (
            200,
            "Ann",
            {"b": "2", "c": "3"},
            "application",
        )
        assert entry["privacy"]["reach"] == "contacts"
        assert entry["privacy"]["search"] == "everyone"
        assert run(node.town.people.admit(grant("ann", name="Mallory"))).name == "Ann"
        assert node.ask("GET", "/v1/people/ann") == (200, entry)

    def test_call_waiting_is_set_left_and_taken_back(self, node: Node) -> None:
        put(node, {"id": "ann", "call_waiting": False}, {"id": "ben"})
        assert put(node, {"id": "ann"}, {"id": "ben", "call_waiting": None})[1]["unchanged"] == 2
        assert node.ask("GET", "/v1/people/ann")[1]["call_waiting"] is False
        assert not run(node.town.people.call_waiting.may_ring(UserId("ann"), UserId("ben")))
        assert node.ask("PATCH", "/v1/people/ann", {"name": "Ann"})[1]["call_waiting"] is False
        assert node.ask("PATCH", "/v1/people/ann", {"call_waiting": None})[1]["call_waiting"] is None
        assert run(node.town.people.call_waiting.may_ring(UserId("ann"), UserId("ben")))
        assert code(node.ask("PATCH", "/v1/people/ann", {"call_waiting": "no"})) == (400, "invalid")

    def test_a_change_beyond_the_bounds_changes_nothing(self, node: Node) -> None:
        put(node, {"id": "ann", "name": "Ann", "attributes": {f"a{number}": "" for number in range(MAX_ATTRIBUTES)}})
        assert code(node.ask("PATCH", "/v1/people/ann", {"name": "B", "attributes": {"more": ""}})) == (
            409,
            "limit_exceeded",
        )
        assert code(node.ask("PATCH", "/v1/people/ann", {"name": "a\0b"})) == (400, "invalid")
        assert node.ask("GET", "/v1/people/ann")[1]["name"] == "Ann"


class TestPages:
    def test_go_through_all(self, node: Node) -> None:
        put(node, *({"id": f"p{number}"} for number in range(5)))
        seen, after = [], ""
        while True:
            page = node.ask("GET", f"/v1/people?limit=2{after}")[1]
            seen += [entry["id"] for entry in page["people"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert seen == [f"p{number}" for number in range(5)]

    @pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=-1", "limit=%C2%B2", "after=%00"])
    def test_of_no_size_are_refused(self, node: Node, query: str) -> None:
        assert code(node.ask("GET", f"/v1/people?{query}")) == (400, "invalid")


class TestRemoval:
    def test_closes_sessions_and_voids_tokens(self, node: Node) -> None:
        put(node, {"id": "ann"}, {"id": "ben"})
        for user in ("ann", "ben"):
            node.town.connect(user)
        assert node.ask("DELETE", "/v1/people", {"ids": ["ann", "ann", "nobody"]}) == (200, {"removed": 1})
        assert set(node.town.actors) == {("ben", "phone")}
        assert node.town.revocations.is_revoked(grant("ann"))
        assert node.ask("DELETE", "/v1/people/ben") == (200, {"removed": 1})
        assert node.town.actors == {}
        assert node.ask("DELETE", "/v1/people/ben") == (200, {"removed": 0})

    def test_takes_people_out_of_where_they_belong_also_when_it_broke_off_before(self, node: Node) -> None:
        class Memberships:
            busy = True

            async def take_out(self, user: UserId) -> None:
                if self.busy:
                    raise StorageBusyError("Too much waits to be written.")
                taken_out.append(user)

        taken_out: list[str] = []
        memberships = Memberships()
        node.town.people.administration.attach(memberships)
        put(node, {"id": "ann"}, {"id": "ben"})
        node.town.connect("ann")
        assert node.ask("DELETE", "/v1/people", {"ids": ["ann", "ben"]})[0] == 503
        assert node.town.actors == {}
        memberships.busy = False
        assert node.ask("DELETE", "/v1/people", {"ids": ["ann", "ben"]}) == (200, {"removed": 0})
        assert taken_out == ["ann", "ben"]


class TestRevocation:
    def test_of_a_person_who_may_be_unknown(self, node: Node) -> None:
        node.town.connect("ann")
        assert node.ask("POST", "/v1/people/ann/revoke") == (200, {"revoked_at": 1_800_000_000_000})
        assert node.ask("POST", "/v1/people/stranger/revoke")[0] == 200
        assert node.town.actors == {}
        assert node.town.revocations.is_revoked(grant("stranger"))
        assert UserId("ann") in run(node.town.people.directory.find([UserId("ann")]))

    def test_of_a_token(self, node: Node) -> None:
        assert node.ask("POST", "/v1/tokens/revoke", {"token_id": "t1"})[0] == 200
        assert node.town.revocations.is_revoked(grant("ann", token_id="t1"))
        for body in ({}, {"token_id": ""}, {"token_id": "\0"}, {"token_id": "t", "expires_at": -1}):
            assert code(node.ask("POST", "/v1/tokens/revoke", body)) == (400, "invalid")


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (StorageBusyError("Too much waits to be written."), 1),
        (StorageFullError("The disk is full."), 10),
        (StorageCorruptError("The file is damaged."), 10),
    ],
)
def test_a_database_that_fails_says_when_to_try_again(
    node: Node, monkeypatch: pytest.MonkeyPatch, error: StorageError, seconds: int
) -> None:
    async def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(node.town.database, "write", fail)
    response = node.send("PUT", "/v1/people", json={"people": [{"id": "ann"}]})
    assert (response.status_code, response.headers["Retry-After"]) == (503, str(seconds))
    assert response.json()["error"]["code"] == "unavailable"
    assert response.json()["error"]["retry_after_ms"] == 1000 * seconds
