"""One client's signal session: frames in, frames out, and the participant behind it. Sans-IO."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import structlog
from livekit.protocol import models, rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.admission import Admission
from tureen.doors.livekit.data_packets import handle_data
from tureen.doors.livekit.descriptions import client_facts
from tureen.doors.livekit.errors import SignalError
from tureen.doors.livekit.outbox import Outbox
from tureen.doors.livekit.request_rate import BURST_S, CANDIDATE_DISCOUNT
from tureen.doors.livekit.requests import HANDLERS
from tureen.doors.livekit.room_events import EVENT_HANDLERS
from tureen.doors.livekit.services import DoorServices
from tureen.doors.livekit.session_context import SessionContext
from tureen.doors.livekit.stream_states import StreamStates
from tureen.doors.livekit.token_refresh import TokenRefresh
from tureen.doors.livekit.wire import cost_of, format_of, read_request_untrusted
from tureen.doors.peer import Peer
from tureen.media.events import TransportCloseReason
from tureen.model.reports import TransportReport
from tureen.ports import Timer
from tureen.rooms import DepartureReason, Participant, Publication, Room, RoomError, RoomEvent
from tureen.rooms.errors import (
    InvalidRequestError,
    LimitExceededError,
    NotPermittedError,
    UnknownTrackError,
)
from tureen.rooms.events import GrantChanged, Removed
from tureen.rooms.participant import JoinOptions
from tureen.sdp import SdpError
from tureen.signaling import TokenBucket

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

_Reason = rtc.RequestResponse.Reason

_REASONS: Mapping[type[Exception], rtc.RequestResponse.Reason] = {
    NotPermittedError: _Reason.NOT_ALLOWED,
    LimitExceededError: _Reason.LIMIT_EXCEEDED,
    UnknownTrackError: _Reason.NOT_FOUND,
    InvalidRequestError: _Reason.INVALID_REQUEST,
    SdpError: _Reason.INVALID_REQUEST,
}

_POLICY_VIOLATION = 1008
_INVALID_PAYLOAD = 1007


class SessionState(enum.StrEnum):
    """Only ever moves down this list."""

    CONNECTED = "connected"
    DETACHED = "detached"
    """The socket is gone; the participant stays for a while, as its media may still flow."""
    ENDED = "ended"


class SignalSession:
    """Wires a socket's outbox, a participant and its peer. Listens to the room and to the transport."""

    def __init__(self, services: DoorServices, room: Room, participant: Participant, outbox: Outbox) -> None:
        """The participant has joined; `start` says so to the client."""
        self._services = services
        self._outbox = outbox
        self._room = room
        self._participant = participant
        self._peer = Peer(services.media, services.entropy, room, participant, self)
        self._context = SessionContext(services, room, participant, self._peer, outbox)
        self._tokens = TokenRefresh(self._context)
        self._stream_states = StreamStates(self._context)
        self._rate = TokenBucket(services.settings.requests_per_second, BURST_S, services.clock.now())
        self._join_deadline: Timer | None = None
        self._grace: Timer | None = None
        self._state = SessionState.CONNECTED

    @property
    def state(self) -> SessionState:
        """Where it is in its life."""
        return self._state

    @property
    def participant(self) -> Participant:
        """The one behind this session."""
        return self._participant

    def start(self, request: rtc.JoinRequest) -> None:
        """Sends ``join`` first, then what the join request asked for."""
        deadline_s = self._services.settings.join_deadline_s
        self._join_deadline = self._services.clock.call_later(deadline_s, self._handle_join_deadline)
        self._context.send(responses.join(self._room, self._participant, self._services.settings))
        for track in request.add_track_requests:
            self._handle(rtc.SignalRequest(add_track=track))
        if request.HasField("publisher_offer"):
            self._handle(rtc.SignalRequest(offer=request.publisher_offer))
        self._tokens.send()

    # From the client.

    def handle_frame(self, frame: bytes | str) -> None:
        """One message. A broken one, or one too many, ends the connection, not the participant's media."""
        if self._state is not SessionState.CONNECTED:
            return
        if self._rate.take(cost_of(frame), self._services.clock.now()) > 0:
            self._refuse_connection(_Reason.LIMIT_EXCEEDED, "too many requests", _POLICY_VIOLATION)
            return
        try:
            request = read_request_untrusted(frame, self._services.settings.frame_bytes)
        except SignalError as error:
            self._refuse_connection(_Reason.INVALID_REQUEST, str(error), _INVALID_PAYLOAD)
            return
        if request.HasField("trickle"):
            self._rate.give_back(CANDIDATE_DISCOUNT)
        self._outbox.frame_format = format_of(frame)
        self._handle(request)

    def handle_socket_closed(self) -> None:
        """A closed socket is no departure: while the transport lives, the client may come back."""
        if self._state is not SessionState.CONNECTED:
            return
        self._state = SessionState.DETACHED
        self._context.log.info("signaling lost")
        self._tokens.stop()
        if self._peer.transport is None:
            self._give_up()
        else:
            self._grace = self._services.clock.call_later(self._services.settings.grace_s, self._give_up)

    # From the room.

    def handle_event(self, event: RoomEvent) -> None:
        """The sink of the participant."""
        if isinstance(event, Removed):
            self._end(event.reason)
        elif isinstance(event, GrantChanged):
            if self._state is SessionState.CONNECTED:
                self._tokens.send()
        else:
            EVENT_HANDLERS[type(event)](self._context, event)

    # From the transport.

    def handle_transport_connected(self, remote: str, srtp_profile: str) -> None:
        """Media and data flow: the participant is active."""
        self._context.log.info("transport connected", remote=remote, srtp_profile=srtp_profile)
        if self._peer.transport is not None and self._participant.present:
            self._room.activate(self._participant, self._peer.transport)

    def handle_transport_disconnected(self) -> None:
        """The core waits for the peer; so do we."""
        self._context.log.info("transport disconnected")
        self._note_lost(lost=True)

    def handle_transport_reconnected(self) -> None:
        """Nothing was undone."""
        self._context.log.info("transport reconnected")
        self._note_lost(lost=False)

    def handle_transport_closed(self, reason: str) -> None:
        """Without a transport there is nothing to come back to. A peer that closed it itself is leaving."""
        self._context.log.info("transport closed", reason=reason)
        self._peer.handle_transport_closed()
        left = reason == TransportCloseReason.PEER_CLOSED
        self._room.remove(self._participant, DepartureReason.CLIENT_LEFT if left else DepartureReason.TRANSPORT_LOST)

    def handle_report(self, report: TransportReport) -> None:
        """From it follows how well the participant is connected."""
        if self._participant.present:
            self._room.quality.handle_link(self._participant, self._peer.link(report))

    def handle_stream_paused(self, publication: Publication, *, paused: bool) -> None:
        """The client shows that a picture stands still for want of bandwidth."""
        self._stream_states.handle_paused(publication, paused=paused)

    def handle_data_message(self, label: str, payload: bytes, *, binary: bool) -> None:
        """A message of this participant to others."""
        if self._participant.present:
            handle_data(self._context, label, payload, binary=binary)

    def handle_command_failed(self, command: str, code: str, message: str) -> None:
        """A transport that did not open will not connect: nobody waits for it."""
        self._context.log.warning("the packet core refused a command", command=command, code=code, reason=message)
        if command == "open_transport":
            self.handle_transport_closed(f"{code}: {message}")

    def _note_lost(self, *, lost: bool) -> None:
        if self._participant.present:
            self._room.quality.handle_lost(self._participant, lost=lost)

    def _handle(self, request: rtc.SignalRequest) -> None:
        kind = request.WhichOneof("message")
        self._context.log.debug("signal request", kind=kind)
        handler = HANDLERS.get(kind) if kind else None
        if kind is None or handler is None:
            message = f"this server does not know {kind or 'this request'}"
            self._context.send(responses.request_response(_Reason.UNSUPPORTED_TYPE, message, request))
            return
        try:
            handler(self._context, getattr(request, kind))
        except (RoomError, SdpError) as error:
            self._context.log.debug("signal request refused", kind=kind, reason=str(error))
            reason = _REASONS.get(type(error), _Reason.UNCLASSIFIED_ERROR)
            self._context.send(responses.request_response(reason, str(error), request))

    def _refuse_connection(self, reason: rtc.RequestResponse.Reason, message: str, code: int) -> None:
        self._context.log.info("signaling refused", reason=message)
        self._context.send(responses.request_response(reason, message))
        self._outbox.close(code, message[:100])
        self.handle_socket_closed()

    def _handle_join_deadline(self) -> None:
        self._join_deadline = None
        if self._peer.transport is None:
            self._room.remove(self._participant, DepartureReason.JOIN_FAILED)

    def _give_up(self) -> None:
        self._grace = None
        self._room.remove(self._participant, DepartureReason.SIGNALING_LOST)

    def _end(self, reason: DepartureReason) -> None:
        self._state = SessionState.ENDED
        for timer in (self._join_deadline, self._grace):
            if timer is not None:
                timer.cancel()
        self._join_deadline = self._grace = None
        self._tokens.stop()
        self._stream_states.stop()
        self._context.close()
        self._peer.close()
        self._context.send(responses.departure(reason))
        self._outbox.close()


class _Relay:
    """The room wants a sink before the session can exist."""

    def __init__(self) -> None:
        self.session: SignalSession | None = None

    def __call__(self, event: RoomEvent) -> None:
        if self.session is not None:
            self.session.handle_event(event)


def open_session(services: DoorServices, admission: Admission, outbox: Outbox) -> SignalSession | None:
    """Lets an admitted client in. ``None`` if it was sent away after all; the outbox then holds the reason.

    A resume is answered with the demand to join anew: what the client remembers is of no use here.
    """
    grant = admission.grant
    log: structlog.stdlib.BoundLogger = _log.bind(room=grant.room.room, participant=grant.identity)
    if admission.request.reconnect:
        log.info("resume refused", reason="the client shall join anew")
        outbox.put(responses.state_mismatch().SerializeToString())
        outbox.close()
        return None
    settings = admission.request.connection_settings
    options = JoinOptions(
        profile=admission.profile,
        client=client_facts(admission.request.client_info),
        auto_subscribe=settings.auto_subscribe if admission.request.HasField("connection_settings") else True,
    )
    if services.revoked.is_revoked(grant):
        # Between the check and the opened socket.
        log.info("join refused", reason="The token was revoked.")
        outbox.put(responses.departure(DepartureReason.REMOVED).SerializeToString())
        outbox.close()
        return None
    relay = _Relay()
    try:
        room, participant = services.registry.join(grant, options, relay)
    except RoomError as error:
        log.info("join refused", reason=str(error))
        failure = responses.leave(models.DisconnectReason.JOIN_FAILURE, rtc.LeaveRequest.Action.DISCONNECT)
        outbox.put(failure.SerializeToString())
        outbox.close()
        return None
    session = relay.session = SignalSession(services, room, participant, outbox)
    session.start(admission.request)
    return session
