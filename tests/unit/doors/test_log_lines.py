"""What a session writes into the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from livekit.protocol import models, rtc
from structlog.testing import capture_logs

from tests.unit.doors.guest import House, wrapped
from tureen.doors.livekit.errors import RefusalError

Lines = list[Any]


@pytest.fixture
def lines() -> Iterator[Lines]:
    with capture_logs() as lines:
        yield lines


def events(lines: Lines, level: str) -> list[str]:
    return [line["event"] for line in lines if line["log_level"] == level]


def test_the_life_of_a_transport_and_a_track(lines: Lines) -> None:
    house = House()
    ann = house.join("ann")
    ann.publish("audio", "mic")
    assert ann.session is not None
    ann.session.handle_transport_disconnected()
    ann.session.handle_transport_reconnected()
    ann.session.handle_transport_closed("consent_expired")
    told = [line for line in lines if line["log_level"] == "info"]
    assert [line["event"] for line in told] == [
        "transport connected",
        "first media",
        "transport disconnected",
        "transport reconnected",
        "transport closed",
    ]
    assert {(line["room"], line["participant"], line["participant_sid"]) for line in told} == {("soup", "ann", ann.sid)}
    assert (told[0]["remote"], told[0]["srtp_profile"]) == ("192.0.2.9:4000", "AEAD_AES_256_GCM")
    assert told[-1]["reason"] == "consent_expired"


def test_messages_are_told_in_detail_only(lines: Lines) -> None:
    ann = House().join("ann")
    lines.clear()
    ann.send(ping=1)
    ann.data(models.DataPacket(user=models.UserPacket(payload=b"secret words")))
    assert events(lines, "info") == []
    assert [(line["event"], line.get("kind"), line.get("size")) for line in lines] == [
        ("signal request", "ping", None),
        ("signal response", "pong", None),
        ("data message", None, 16),
    ]
    assert "secret words" not in str(lines)


def test_messages_that_end_the_connection(lines: Lines) -> None:
    ann = House().join("ann", offer=False, connect=False)
    assert ann.session is not None
    lines.clear()
    ann.session.handle_frame(b"\xff")
    assert events(lines, "info") == ["signaling refused", "signaling lost"]


def test_a_command_that_failed_is_a_warning_with_ids(lines: Lines) -> None:
    ann = House().join("ann")
    assert ann.session is not None
    ann.session.handle_command_failed("open_consumer", "unknown_producer", "gone")
    (line,) = [line for line in lines if line["log_level"] == "warning"]
    assert (line["participant"], line["command"], line["code"]) == ("ann", "open_consumer", "unknown_producer")


def test_a_refusal_knows_who_was_refused_once_the_token_was_good() -> None:
    house = House()
    with pytest.raises(RefusalError) as refused:
        house.door.check_untrusted({"access_token": house.token("ann")}, None)
    assert refused.value.grant is not None
    assert refused.value.grant.identity == "ann"
    with pytest.raises(RefusalError) as refused:
        house.door.check_untrusted({"access_token": "x", "join_request": wrapped(rtc.JoinRequest())}, None)
    assert refused.value.grant is None
    assert str(refused.value) != refused.value.text
