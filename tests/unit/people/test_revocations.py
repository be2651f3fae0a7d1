"""Tokens that are void before they expire."""

from __future__ import annotations

import pytest

from tests.unit.doors.fakes import START
from tests.unit.people.building import Town, grant, run
from tureen.model.ids import UserId
from tureen.people import PersonRecord, Revocations
from tureen.people.limits import REVOCATION_S
from tureen.protocol.errors import CommandError, ErrorCode

BEN = UserId("ben")


def test_of_a_person_voids_what_was_issued_up_to_now(town: Town) -> None:
    town.clock.advance(0.7)
    run(town.people.administration.revoke(BEN))
    verdicts = {
        name: town.revocations.is_revoked(each)
        for name, each in {
            "before": grant("ben", issued_at=START - 10),
            "in the same second": grant("ben", issued_at=START),
            "unknown": grant("ben"),
            "later": grant("ben", issued_at=START + 1),
            "somebody else": grant("ann", issued_at=START - 10),
        }.items()
    }
    assert verdicts == {
        "before": True,
        "in the same second": True,
        "unknown": True,
        "later": False,
        "somebody else": False,
    }


def test_of_one_token_leaves_the_others(town: Town) -> None:
    run(town.people.administration.revoke_token("t1", None))
    assert town.revocations.is_revoked(grant("ben", token_id="t1"))
    assert not town.revocations.is_revoked(grant("ben", token_id="t2"))
    assert not town.revocations.is_revoked(grant("ben"))


def test_sessions_are_closed_at_once(town: Town) -> None:
    for device, token in (("phone", "t1"), ("laptop", "t2")):
        town.connect("ben", device, token_id=token, issued_at=START)
    town.connect("ann", issued_at=START)
    run(town.people.administration.revoke_token("t1", None))
    assert set(town.actors) == {("ben", "laptop"), ("ann", "phone")}
    run(town.people.administration.revoke(BEN))
    assert set(town.actors) == {("ann", "phone")}


def test_removal_voids_tokens_too(town: Town) -> None:
    town.upload(PersonRecord(user=BEN))
    run(town.people.administration.remove([BEN, UserId("nobody")]))
    assert town.revocations.is_revoked(grant("ben", issued_at=START))
    assert not town.revocations.is_revoked(grant("nobody", issued_at=START))


def test_outlive_the_process_until_the_token_has_expired(town: Town) -> None:
    run(town.people.administration.revoke(BEN))
    run(town.people.administration.revoke_token("t1", round((START + 60) * 1000)))
    run(town.people.administration.revoke_token("t2", None))
    void = [grant("ben"), grant("ann", token_id="t1"), grant("ann", token_id="t2")]

    def verdicts() -> list[bool]:
        later = Revocations(town.store, town.clock)
        run(later.load())
        return [later.is_revoked(each) for each in void]

    assert verdicts() == [True, True, True]
    town.clock.advance(61)
    assert verdicts() == [True, False, True]
    town.clock.advance(REVOCATION_S)
    assert verdicts() == [False, False, False]


def test_are_bounded_and_room_comes_back_with_time(town: Town) -> None:
    revocations = Revocations(town.store, town.clock, most=2)
    run(revocations.revoke_token("t1", round((START + 10) * 1000)))
    run(revocations.revoke_token("t2", None))
    run(revocations.revoke_token("t2", None))
    with pytest.raises(CommandError) as refused:
        run(revocations.revoke_token("t3", None))
    assert refused.value.error_code is ErrorCode.LIMIT_EXCEEDED
    assert not revocations.is_revoked(grant("ben", token_id="t3"))
    town.clock.advance(11)
    run(revocations.revoke_token("t3", None))
    assert revocations.is_revoked(grant("ben", token_id="t3"))


def test_whom_a_full_memory_would_forget_is_not_removed(town: Town) -> None:
    town.upload(PersonRecord(user=BEN))
    town.revocations._most = 0
    with pytest.raises(CommandError):
        run(town.people.administration.remove([BEN]))
    assert list(run(town.people.directory.find([BEN]))) == [BEN]
