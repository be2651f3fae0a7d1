"""Requests about the connection itself."""

from __future__ import annotations

from livekit.protocol import rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.session_context import SessionContext
from tureen.rooms import DepartureReason


def handle_offer(context: SessionContext, request: rtc.SessionDescription) -> None:
    """Answers under the offer's id. Raises `sdp.SdpError`."""
    negotiated = context.peer.handle_offer(request.sdp)
    context.send(responses.answer(negotiated.answer, request.id, negotiated.tracks_by_mid))
    for track in negotiated.unsupported:
        context.room.tracks.handle_undecodable(context.participant, track)
    context.prompt_offer()


def handle_trickle(context: SessionContext, request: rtc.TrickleRequest) -> None:
    """Needs nothing: as a lite agent we learn the peer's addresses from its checks (RFC 8445 section 2.5)."""


def handle_ping(context: SessionContext, request: int) -> None:  # noqa: ARG001 - the client's time is of no use
    """Older clients: only our time goes back, in Unix milliseconds."""
    context.send(rtc.SignalResponse(pong=_now_ms(context)))


def handle_ping_req(context: SessionContext, request: rtc.Ping) -> None:
    """The client computes the round trip from its own time."""
    pong = rtc.Pong(last_ping_timestamp=request.timestamp, timestamp=_now_ms(context))
    context.send(rtc.SignalResponse(pong_resp=pong))


def handle_leave(context: SessionContext, request: rtc.LeaveRequest) -> None:  # noqa: ARG001 - a reason changes nothing
    """The participant goes at once, without grace."""
    context.room.remove(context.participant, DepartureReason.CLIENT_LEFT)


def _now_ms(context: SessionContext) -> int:
    return int(context.services.clock.now() * 1000)
