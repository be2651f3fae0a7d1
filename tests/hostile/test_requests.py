"""Requests that are unknown, not built, unfounded or too much: each is answered, and costs nobody else anything."""

from __future__ import annotations

import secrets
import time

import pytest
from livekit.protocol import models, rtc

from tests.hostile.raw_client import PROMPTLY_S, RawClient, good_offer, microphone, unharmed
from tests.server import TureenServer

Reason = rtc.RequestResponse.Reason
KINDS = [field.name for field in rtc.SignalRequest.DESCRIPTOR.oneofs_by_name["message"].fields]

EMPTY_IS_ANSWERED = {
    "offer": Reason.INVALID_REQUEST,
    "mute": Reason.NOT_FOUND,
    "update_layers": Reason.NOT_FOUND,
    "update_audio_track": Reason.NOT_FOUND,
    "update_video_track": Reason.NOT_FOUND,
    "update_metadata": Reason.NOT_ALLOWED,
}
ANSWERS = {"ping": "pong", "ping_req": "pong_resp", "leave": "leave", "add_track": "track_published"}
ASK_NOTHING = {"trickle", "subscription", "track_setting", "subscription_permission"}
"""Name no track when they are empty, or need no answer: a lite agent has no use for candidates."""
NOT_BUILT = set(KINDS) - EMPTY_IS_ANSWERED.keys() - ANSWERS.keys() - ASK_NOTHING


def empty(kind: str) -> rtc.SignalRequest:
    request = rtc.SignalRequest()
    if rtc.SignalRequest.DESCRIPTOR.fields_by_name[kind].message_type is None:
        setattr(request, kind, 0)
    else:
        getattr(request, kind).SetInParent()
    assert request.WhichOneof("message") == kind
    return request


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_request_is_answered(server: TureenServer, kind: str) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        await mallory.pinged()
        await mallory.socket.send(empty(kind).SerializeToString())
        if kind in ANSWERS:
            await mallory.hears(ANSWERS[kind])
        elif kind in ASK_NOTHING:
            assert not [it for it in await mallory.pinged() if it.HasField("request_response")]
        else:
            expected = EMPTY_IS_ANSWERED.get(kind, Reason.UNSUPPORTED_TYPE)
            assert (await mallory.answered()).reason == expected


def test_what_is_not_built_is_known() -> None:
    assert {
        "answer",
        "sync_state",
        "simulate",
        "publish_data_track_request",
        "unpublish_data_track_request",
        "update_data_subscription",
        "store_data_blob_request",
        "get_data_blob_request",
    } == NOT_BUILT


@pytest.mark.parametrize("frame", [b"", b"\xa2\x06\x01x", b"\xa0\x06\x01"])
async def test_a_request_of_the_future_is_unsupported(server: TureenServer, frame: bytes) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        await mallory.socket.send(frame)
        assert (await mallory.answered()).reason == Reason.UNSUPPORTED_TYPE


async def test_tracks_of_nobody_and_of_others_are_not_found(server: TureenServer) -> None:
    async with (
        unharmed(server) as room,
        RawClient.join(server, room, "ann", rtc.JoinRequest(publisher_offer=good_offer())) as ann,
        RawClient.join(server, room, "mallory") as mallory,
    ):
        await ann.send(add_track=microphone(muted=True))
        anns = (await ann.hears("track_published")).track_published.track.sid
        for sid in (anns, "TR_nobody", "", "\0", "x" * 100_000):
            for request in (
                {"mute": rtc.MuteTrackRequest(sid=sid, muted=True)},
                {"update_layers": rtc.UpdateVideoLayers(track_sid=sid)},
                {"update_audio_track": rtc.UpdateLocalAudioTrack(track_sid=sid)},
                {"update_video_track": rtc.UpdateLocalVideoTrack(track_sid=sid)},
            ):
                await mallory.send(**request)
                assert (await mallory.answered()).reason == Reason.NOT_FOUND
        await mallory.send(subscription=rtc.UpdateSubscription(track_sids=["TR_nobody"], subscribe=True))
        refused = (await mallory.hears("subscription_response")).subscription_response
        assert (refused.track_sid, refused.err) == ("TR_nobody", models.SubscriptionError.SE_TRACK_NOTFOUND)
        await mallory.send(track_setting=rtc.UpdateTrackSettings(track_sids=["TR_nobody"], disabled=True))
        assert (await mallory.answered()).reason == Reason.NOT_FOUND
        assert not [it for it in await ann.pinged() if it.HasField("mute")]


async def test_what_the_grant_does_not_allow_is_not_allowed(server: TureenServer) -> None:
    rights = {"canPublish": False, "canSubscribe": False}
    async with unharmed(server) as room, RawClient.join(server, room, "mallory", None, **rights) as mallory:
        for request in (
            {"add_track": microphone()},
            {"subscription": rtc.UpdateSubscription(track_sids=["TR_any"], subscribe=True)},
            {"update_metadata": rtc.UpdateParticipantMetadata(name="root", request_id=7)},
        ):
            await mallory.send(**request)
            assert (await mallory.answered()).reason == Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    "update",
    [
        rtc.UpdateParticipantMetadata(name="n" * 257),
        rtc.UpdateParticipantMetadata(metadata="m" * (512 * 1024 + 1)),
        rtc.UpdateParticipantMetadata(metadata="ü" * (256 * 1024 + 1)),
        rtc.UpdateParticipantMetadata(attributes={"a": "v" * (64 * 1024)}),
        rtc.UpdateParticipantMetadata(attributes={"k" * (64 * 1024): "v"}),
        rtc.UpdateParticipantMetadata(attributes={str(number): "v" for number in range(20_000)}),
    ],
    ids=["name", "metadata", "metadata in bytes", "attribute", "attribute name", "attributes"],
)
async def test_a_profile_beyond_its_bounds_is_refused(
    server: TureenServer, update: rtc.UpdateParticipantMetadata
) -> None:
    async with (
        unharmed(server) as room,
        RawClient.join(server, room, "mallory", None, canUpdateOwnMetadata=True) as mallory,
    ):
        await mallory.send(update_metadata=update)
        assert (await mallory.answered(PROMPTLY_S)).reason == Reason.LIMIT_EXCEEDED


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        (microphone(name="n" * 257), Reason.LIMIT_EXCEEDED),
        (microphone(cid="c" * 100_000), Reason.LIMIT_EXCEEDED),
        (microphone(stream="s" * 100_000), Reason.INVALID_REQUEST),
        (microphone(stream="TR_x"), Reason.INVALID_REQUEST),
        (microphone(stream="a|b"), Reason.INVALID_REQUEST),
        (microphone(stream="a\r\nb"), Reason.INVALID_REQUEST),
        (microphone(stream="a\0b"), Reason.INVALID_REQUEST),
        (microphone(simulcast_codecs=[rtc.SimulcastCodec(codec="opus")] * 1000), Reason.LIMIT_EXCEEDED),
        (microphone(layers=[models.VideoLayer()] * 1000), Reason.LIMIT_EXCEEDED),
        (microphone(sid="TR_other"), Reason.INVALID_REQUEST),
        (rtc.AddTrackRequest(cid="d", type=models.TrackType.DATA), Reason.INVALID_REQUEST),
    ],
)
async def test_a_misshapen_track_is_refused(
    server: TureenServer, track: rtc.AddTrackRequest, reason: rtc.RequestResponse.Reason
) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        await mallory.send(add_track=track)
        assert (await mallory.answered(PROMPTLY_S)).reason == reason


async def test_a_thousand_tracks_end_the_connection_not_the_server(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        for number in range(1000):
            await mallory.send(add_track=microphone(cid=f"track {number}"))
        assert await mallory.closed() == 1008
        reasons = [it.request_response.reason for it in mallory.received if it.HasField("request_response")]
        assert sum(it.HasField("track_published") for it in mallory.received) == 64
        assert set(reasons) == {Reason.LIMIT_EXCEEDED}


async def test_thousands_of_requests_per_second_end_the_connection_at_once(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        flood = rtc.SignalRequest(ping=1).SerializeToString()
        began = time.monotonic()
        for _ in range(5000):
            await mallory.socket.send(flood)
        assert await mallory.closed() == 1008
        assert time.monotonic() - began < 5 * PROMPTLY_S
        assert mallory.received[-1].request_response.reason == Reason.LIMIT_EXCEEDED
        assert sum(it.HasField("pong") for it in mallory.received) < 1000


async def test_a_client_that_does_not_read_is_given_up(server: TureenServer) -> None:
    async with unharmed(server) as room, RawClient.join(server, room, "mallory") as mallory:
        mallory.socket.transport.pause_reading()
        for number in range(5):
            # Large messages use up the rate of one participant.
            async with RawClient.join(server, room, f"ann {number}", None, canUpdateOwnMetadata=True) as ann:
                for _ in range(6):
                    await ann.send(update_metadata=rtc.UpdateParticipantMetadata(metadata=secrets.token_hex(250_000)))
                    assert (await ann.answered()).reason == Reason.OK
        async with RawClient.join(server, room, "ben") as ben:
            present = ben.received[0].join.other_participants
            while "mallory" in {info.identity for info in present} - _departed(ben):
                await ben.hears("update")
        mallory.socket.transport.resume_reading()
        assert await mallory.closed() in (1006, 1008)


def _departed(client: RawClient) -> set[str]:
    gone = models.ParticipantInfo.State.DISCONNECTED
    return {info.identity for it in client.received for info in it.update.participants if info.state == gone}
