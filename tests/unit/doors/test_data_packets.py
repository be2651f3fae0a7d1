"""Data between participants: stamped with the true sender, routed, never forged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import models

from tests.unit.doors.guest import Guest, House
from tureen.model.grant import Grant, ParticipantKind, RoomGrant
from tureen.model.ids import Identity, RoomName, TransportId


def sent(house: House) -> list[tuple[tuple[TransportId, ...], str, models.DataPacket]]:
    return [(to, label, models.DataPacket.FromString(payload)) for to, label, payload, _ in house.media.sent]


def packet(payload: bytes = b"hi", **fields: object) -> models.DataPacket:
    return models.DataPacket(user=models.UserPacket(payload=payload), **fields)  # type: ignore[arg-type]


def test_a_packet_reaches_the_others_under_its_true_sender() -> None:
    house = House()
    ann, ben, cid = (house.join(name) for name in ("ann", "ben", "cid"))
    forged = packet(participant_identity="ben", participant_sid="PA_ben")
    forged.user.participant_identity = "ben"
    ann.data(forged)
    ((to, label, got),) = sent(house)
    assert to == (ben.transport, cid.transport)
    assert label == "_reliable"
    assert (got.participant_identity, got.participant_sid) == ("ann", ann.sid)
    assert (got.user.participant_identity, got.user.participant_sid) == ("ann", ann.sid)
    assert got.user.payload == b"hi"


def test_destinations_are_read_from_both_places_and_written_to_both() -> None:
    house = House()
    ann, ben, cid = (house.join(name) for name in ("ann", "ben", "cid"))
    ann.data(packet(destination_identities=["ben"]))
    older = packet()
    older.user.destination_identities.append("cid")
    ann.data(older)
    oldest = packet()
    oldest.user.destination_sids.append(ben.sid)
    ann.data(oldest)
    assert [to for to, _, _ in sent(house)] == [(ben.transport,), (cid.transport,), (ben.transport,)]
    assert [list(got.user.destination_identities) for _, _, got in sent(house)] == [["ben"], ["cid"], ["ben"]]
    assert [list(got.destination_identities) for _, _, got in sent(house)] == [["ben"], ["cid"], ["ben"]]


def test_one_who_is_gone_makes_a_private_message_no_public_one() -> None:
    house = House()
    ann, _ = house.join("ann"), house.join("ben")
    gone = packet()
    gone.user.destination_sids.append("PA_gone")
    ann.data(gone)
    assert house.media.sent == []


def test_a_repeated_reliable_packet_is_dropped_a_lossy_one_is_not() -> None:
    house = House()
    ann, _ = house.join("ann"), house.join("ben")
    for sequence in (1, 2, 2, 1, 3):
        ann.data(packet(sequence=sequence))
    assert [got.sequence for _, _, got in sent(house)] == [1, 2, 3]
    for _ in range(2):
        ann.data(packet(sequence=1), "_lossy")
    assert len(house.media.sent) == 5
    assert sent(house)[-1][2].kind == models.DataPacket.Kind.LOSSY


def test_only_an_agent_speaks_for_others_and_only_in_words() -> None:
    house = House()
    ann, _ = house.join("ann"), house.join("ben")
    rights = RoomGrant(join=True, room=RoomName("soup"))
    grant = Grant(identity=Identity("bot"), api_key="devkey", expires_at=0, kind=ParticipantKind.AGENT, room=rights)
    bot = house.join("bot", grant=grant)
    transcription = models.DataPacket(participant_identity="ann", transcription=models.Transcription())
    bot.data(transcription)
    bot.data(models.DataPacket(participant_identity="ann", user=models.UserPacket(payload=b"x")))
    ann.data(models.DataPacket(participant_identity="ben", transcription=models.Transcription()))
    assert [got.participant_identity for _, _, got in sent(house)] == ["ann", "bot", "ann"]
    assert sent(house)[0][2].participant_sid == ann.sid


def test_without_the_right_or_before_the_start_nothing_goes_out() -> None:
    house = House()
    mute = house.join("mute", publish_data=False)
    house.join("late", connect=False)
    mute.data(packet())
    house.join("ann").data(packet(destination_identities=["late"]))
    assert house.media.sent == []


def test_metrics_reach_only_those_granted() -> None:
    house = House()
    ann, _, ops = house.join("ann"), house.join("ben"), house.join("ops", subscribe_metrics=True)
    report = models.DataPacket()
    report.metrics.SetInParent()
    ann.data(report)
    assert [to for to, _, _ in sent(house)] == [(ops.transport,)]


def test_other_labels_are_passed_on_raw_but_for_reserved_ones() -> None:
    house = House()
    ann, ben = house.join("ann"), house.join("ben")
    assert ann.session is not None
    ann.session.handle_data_message("chat", b"raw", binary=False)
    ann.session.handle_data_message("_data_track", b"raw", binary=True)
    assert house.media.sent == [((ben.transport,), "chat", b"raw", False)]


@given(st.binary(max_size=200))
def test_any_bytes_are_passed_on_or_dropped(payload: bytes) -> None:
    house = House()
    ann: Guest = house.join("ann")
    house.join("ben")
    assert ann.session is not None
    ann.session.handle_data_message("_reliable", payload, binary=True)
    for _, _, got in sent(house):
        assert got.participant_identity == "ann"
