"""Access tokens: what a bearer gets, and that every other input is refused with the one error."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import pickle
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tureen.auth.errors import TokenError, TokenReason
from tureen.auth.secret import Secret
from tureen.auth.tokens import MAX_TOKEN_BYTES, check_token_untrusted, issue_token
from tureen.model.grant import Grant, ParticipantKind, PeopleGrant, RoomGrant, RoomSettings, TrackSource
from tureen.model.ids import Identity, RoomName

NOW = 1_800_000_000.0
KEYS = {"devkey": Secret("secret"), "other": Secret("another secret")}
BODY: dict[str, Any] = {"iss": "devkey", "exp": NOW + 600, "sub": "ada", "video": {"roomJoin": True, "room": "soup"}}


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def sign(body: bytes, secret: str = "secret", header: bytes = b'{"alg":"HS256","typ":"JWT"}') -> str:
    signed = f"{encode(header)}.{encode(body)}"
    return f"{signed}.{encode(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def token(**changes: Any) -> str:
    return sign(json.dumps({**BODY, **changes}).encode())


def check(text: str) -> Grant:
    return check_token_untrusted(text, KEYS, NOW)


def refusal(text: str) -> TokenReason:
    with pytest.raises(TokenError) as caught:
        check(text)
    return caught.value.reason


class TestRightsThatAreNotNamed:
    def test_publish_and_subscribe_are_presumed(self) -> None:
        room = check(token()).room
        assert (room.join, room.room) == (True, "soup")
        assert (room.publish, room.subscribe, room.publish_data) == (True, True, True)
        assert room.publish_sources == frozenset()

    def test_data_follows_publish(self) -> None:
        room = check(token(video={"roomJoin": True, "canPublish": False})).room
        assert (room.publish, room.publish_data) == (False, False)

    def test_data_may_differ_from_publish(self) -> None:
        room = check(token(video={"roomJoin": True, "canPublish": False, "canPublishData": True})).room
        assert (room.publish, room.publish_data) == (False, True)

    def test_nothing_else_is_presumed(self) -> None:
        room = check(token(video={})).room
        assert room == RoomGrant()
        assert not any((room.join, room.create, room.admin, room.update_own_metadata, room.hidden))

    def test_null_is_the_same_as_absent(self) -> None:
        video = {"roomJoin": True, "canPublish": None, "canUpdateOwnMetadata": None, "room": None}
        assert check(token(video=video, metadata=None)).room == RoomGrant(join=True)


class TestIdentity:
    def test_is_the_subject(self) -> None:
        assert check(token(jti="id")).identity == "ada"

    def test_else_the_token_id(self) -> None:
        assert check(token(sub=None, jti="id")).identity == "id"

    def test_is_needed_to_join(self) -> None:
        assert refusal(token(sub="")) is TokenReason.CLAIMS

    def test_is_not_needed_for_a_server_api(self) -> None:
        assert check(token(sub=None, video={"roomCreate": True})).identity == ""


class TestClaims:
    def test_all_of_them(self) -> None:
        grant = check(
            token(
                name="Ada",
                kind="agent",
                metadata="m",
                attributes={"role": "cook"},
                video={"roomJoin": True, "room": "soup", "canPublishSources": ["camera", "screen_share_audio"]},
                roomConfig={"emptyTimeout": 5, "departureTimeout": 6, "maxParticipants": 7, "metadata": "rm"},
            )
        )
        assert grant == Grant(
            identity=Identity("ada"),
            api_key="devkey",
            expires_at=NOW + 600,
            name="Ada",
            kind=ParticipantKind.AGENT,
            metadata="m",
            attributes={"role": "cook"},
            room=RoomGrant(
                join=True,
                room=RoomName("soup"),
                publish_sources=frozenset({TrackSource.CAMERA, TrackSource.SCREEN_SHARE_AUDIO}),
            ),
            settings=RoomSettings(empty_timeout_s=5, departure_timeout_s=6, max_participants=7, metadata="rm"),
        )

    def test_unknown_claims_and_kinds_are_tolerated(self) -> None:
        grant = check(token(kind="from_the_future", agent={"x": [1]}, video={"roomJoin": True, "canFly": 3}))
        assert grant.kind is ParticipantKind.STANDARD

    def test_an_unknown_source_does_not_open_every_source(self) -> None:
        video = {"roomJoin": True, "canPublishSources": ["hologram"]}
        assert check(token(video=video)).room.publish_sources == {TrackSource.UNKNOWN}

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": "soon"},
            {"exp": None},
            {"exp": True},
            {"nbf": []},
            {"sub": 7},
            {"name": {}},
            {"attributes": {"a": 1}},
            {"attributes": ["a"]},
            {"video": []},
            {"video": {"roomJoin": "true"}},
            {"video": {"roomJoin": 1}},
            {"video": {"room": 5}},
            {"video": {"canPublishSources": "camera"}},
            {"video": {"canPublishSources": [None]}},
            {"roomConfig": {"emptyTimeout": "5"}},
            {"roomConfig": {"emptyTimeout": -1}},
            {"roomConfig": {"maxParticipants": 2**32}},
            {"sub": "x" * 257},
            {"name": "x" * 257},
            {"video": {"room": "x" * 257}},
            {"sub": "a\0"},
            {"sub": None, "jti": "a\0"},
            {"video": {"room": "a\0"}},
        ],
        ids=str,
    )
    def test_wrong_types_and_sizes_are_refused(self, changes: dict[str, Any]) -> None:
        assert refusal(token(**changes)) is TokenReason.CLAIMS


class TestTimes:
    def test_expiry_is_mandatory(self) -> None:
        body = {key: value for key, value in BODY.items() if key != "exp"}
        assert refusal(sign(json.dumps(body).encode())) is TokenReason.CLAIMS

    @pytest.mark.parametrize(("exp", "valid"), [(NOW - 59, True), (NOW - 60, False), (0, False)])
    def test_expiry_has_a_minute_of_leeway(self, exp: float, valid: bool) -> None:
        if valid:
            assert check(token(exp=exp)).expires_at == exp
        else:
            assert refusal(token(exp=exp)) is TokenReason.EXPIRED

    @pytest.mark.parametrize(("nbf", "valid"), [(NOW + 60, True), (NOW + 61, False)])
    def test_not_before_has_a_minute_of_leeway(self, nbf: float, valid: bool) -> None:
        if valid:
            check(token(nbf=nbf))
        else:
            assert refusal(token(nbf=nbf)) is TokenReason.NOT_YET_VALID

    @pytest.mark.parametrize("exp", [b"1e999", b"NaN", b"Infinity", b"1" * 400, b"-1", b"1e300"])
    def test_impossible_numbers_are_refused(self, exp: bytes) -> None:
        assert refusal(sign(b'{"iss":"devkey","sub":"ada","exp":' + exp + b"}"))
        assert refusal(sign(b'{"iss":"devkey","sub":"ada","exp":1900000000,"nbf":' + exp + b"}"))


class TestSignature:
    def test_of_another_key(self) -> None:
        assert refusal(sign(json.dumps(BODY).encode(), "another secret")) is TokenReason.SIGNATURE

    def test_unknown_key(self) -> None:
        assert refusal(token(iss="nobody")) is TokenReason.UNKNOWN_KEY

    def test_changed_body(self) -> None:
        header, _, signature = token().split(".")
        body = encode(json.dumps({**BODY, "sub": "eve"}).encode())
        assert refusal(f"{header}.{body}.{signature}") is TokenReason.SIGNATURE

    @pytest.mark.parametrize("algorithm", ["none", "HS384", "RS256", "hs256", "", None, ["HS256"], 1])
    def test_other_algorithms(self, algorithm: object) -> None:
        header = json.dumps({"alg": algorithm}).encode()
        assert refusal(sign(json.dumps(BODY).encode(), header=header)) in (
            TokenReason.ALGORITHM,
            TokenReason.MALFORMED,
        )

    def test_no_signature(self) -> None:
        header = encode(b'{"alg":"none"}')
        assert refusal(f"{header}.{encode(json.dumps(BODY).encode())}.")

    @pytest.mark.parametrize("header", [b'{"alg":"HS256","crit":["exp"]}', b'{"alg":"HS256","b64":false}', b"[]", b"{"])
    def test_headers_that_we_do_not_understand(self, header: bytes) -> None:
        assert refusal(sign(json.dumps(BODY).encode(), header=header))

    def test_a_short_secret_works_without_a_warning(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            text = issue_token(check(token()), "devkey", KEYS["devkey"], NOW, 60)
            assert check(text).identity == "ada"


class TestHostileText:
    @pytest.mark.parametrize("text", ["", ".", "..", "...", "a.b.c", "a.b.c.d", "é.é.é", "\ud800.a.b", "\x00" * 9])
    def test_is_refused(self, text: str) -> None:
        assert refusal(text) is TokenReason.MALFORMED

    @pytest.mark.parametrize("text", [token() + "=", token() + "\n", token().replace(".", ".!", 1), f" {token()}"])
    def test_a_token_has_one_spelling(self, text: str) -> None:
        assert refusal(text) is TokenReason.MALFORMED

    def test_too_large(self) -> None:
        assert refusal("x" * (MAX_TOKEN_BYTES + 1)) is TokenReason.TOO_LARGE

    def test_deep_nesting(self) -> None:
        body = b'{"iss":"devkey","x":' + b"[" * 5000 + b"]" * 5000 + b"}"
        assert refusal(sign(body))

    @pytest.mark.parametrize("changes", [{"sub": "a\0"}, {"jti": "\0"}, {"video": {"room": "so\0up"}}])
    def test_names_without_nul(self, changes: dict[str, Any]) -> None:
        assert refusal(token(**changes)) is TokenReason.CLAIMS
        assert check(token(name="a\0b", metadata="\0")).metadata == "\0"

    def test_lone_surrogates_never_reach_the_domain(self) -> None:
        assert refusal(sign(b'{"iss":"devkey","exp":1900000000,"sub":"\\ud800"}'))

    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        assert refusal(text)

    @given(st.binary(max_size=200), st.binary(max_size=200))
    def test_any_signed_bytes(self, header: bytes, body: bytes) -> None:
        assert refusal(sign(body, header=header))

    @given(
        st.dictionaries(
            st.sampled_from(["iss", "exp", "nbf", "sub", "jti", "name", "kind", "attributes", "video", "roomConfig"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
                max_leaves=5,
            ),
        )
    )
    def test_any_claims(self, changes: dict[str, Any]) -> None:
        try:
            grant = check(token(**changes))
        except TokenError:
            return
        assert grant.api_key in KEYS

    def test_every_prefix_of_a_token(self) -> None:
        text = token()
        for end in range(len(text)):
            assert refusal(text[:end])


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
optional_number = st.none() | st.integers(1, 2**32 - 1)
grants = st.builds(
    Grant,
    identity=names.filter(bool).map(Identity),
    api_key=st.just("devkey"),
    expires_at=st.just(NOW + 600),
    name=names,
    kind=st.sampled_from(ParticipantKind),
    metadata=names,
    attributes=st.dictionaries(names, names, max_size=4),
    room=st.builds(
        RoomGrant,
        room=st.none() | names.filter(bool).map(RoomName),
        publish_sources=st.frozensets(st.sampled_from(TrackSource)),
        **{
            right: st.booleans()
            for right in (
                "join",
                "create",
                "list",
                "admin",
                "record",
                "publish",
                "publish_data",
                "subscribe",
                "subscribe_metrics",
                "update_own_metadata",
                "hidden",
                "recorder",
                "agent",
            )
        },
    ),
    people=st.builds(PeopleGrant, connect=st.just(False), admin=st.booleans()),
    settings=st.builds(
        RoomSettings,
        empty_timeout_s=optional_number,
        departure_timeout_s=optional_number,
        max_participants=optional_number,
        metadata=st.none() | names.filter(bool),
    ),
)


class TestIssue:
    @given(grants)
    def test_round_trip(self, grant: Grant) -> None:
        issued = structs.replace(grant, issued_at=float(NOW))
        assert check(issue_token(grant, "devkey", KEYS["devkey"], NOW, 600)) == issued

    def test_key_and_lifetime_are_those_asked_for(self) -> None:
        again = check(issue_token(check(token()), "other", KEYS["other"], NOW, 30.5))
        assert (again.api_key, again.expires_at) == ("other", NOW + 31)

    def test_is_readable_for_other_libraries(self) -> None:
        body = issue_token(check(token()), "devkey", KEYS["devkey"], NOW, 60).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        assert claims["exp"] == NOW + 60
        assert isinstance(claims["exp"], int)
        assert claims["video"] == {
            "roomJoin": True, "room": "soup", "canPublish": True, "canSubscribe": True, "canPublishData": True,
        }  # fmt: skip

    def test_refuses_to_issue_what_would_be_refused(self) -> None:
        grant = Grant(identity=Identity("a"), api_key="devkey", expires_at=0, metadata="x" * MAX_TOKEN_BYTES)
        with pytest.raises(TokenError) as caught:
            issue_token(grant, "devkey", KEYS["devkey"], NOW, 60)
        assert caught.value.reason is TokenReason.TOO_LARGE


class TestSecret:
    def test_never_shows_itself(self) -> None:
        secret = Secret("hunter2")
        assert "hunter2" not in f"{secret} {secret!r} {secret!s:>20} {[secret]}"
        assert secret.reveal() == "hunter2"

    def test_compares_by_value(self) -> None:
        assert Secret("a") == Secret("a") != Secret("b")
        assert len({Secret("a"), Secret("a")}) == 1

    def test_cannot_be_pickled(self) -> None:
        with pytest.raises(TypeError):
            pickle.dumps(Secret("a"))
