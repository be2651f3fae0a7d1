"""What handlers of requests and of room events work with."""

from __future__ import annotations

from collections.abc import Callable

from livekit.protocol import rtc

from tureen.doors.livekit import responses
from tureen.doors.livekit.chat_silence import ChatSilence
from tureen.doors.livekit.chat_streams import ChatStreams
from tureen.doors.livekit.outbox import Outbox
from tureen.doors.livekit.services import DoorServices
from tureen.doors.livekit.wire import encode_response
from tureen.doors.peer import Peer
from tureen.ports import Timer
from tureen.rooms import Participant, Room
from tureen.telemetry.room_log import participant_log


class SessionContext:
    """A participant with its room, its peer connection and the way back to its client."""

    def __init__(
        self, services: DoorServices, room: Room, participant: Participant, peer: Peer, outbox: Outbox
    ) -> None:
        """All of one session."""
        self.services = services
        self.room = room
        self.participant = participant
        self.peer = peer
        self.outbox = outbox
        self.chat = ChatStreams(services.clock)
        silence = services.chat.enter(room.name, participant.identity) if services.chat is not None else None
        self.chat_silence = ChatSilence(silence, services.clock)
        self.log = participant_log(room, participant)
        self._prompt: Timer | None = None

    def send(self, response: rtc.SignalResponse) -> None:
        """Queues a message in the client's format."""
        self.log.debug("signal response", kind=response.WhichOneof("message"))
        self.outbox.put(encode_response(response, self.outbox.frame_format))

    def send_shared(self, event: object, build: Callable[[], rtc.SignalResponse]) -> None:
        """Queues a message that all sessions of the room send, encoded once."""
        self.log.debug("signal response", kind=type(event).__name__)
        self.outbox.put(self.services.shared_frames.encode(event, self.outbox.frame_format, build))

    def prompt_offer(self) -> None:
        """Asks the client for an offer if one is needed; once for all that happens in this turn."""
        if self._prompt is None:
            self._prompt = self.services.clock.call_later(0.0, self._send_requirement)

    def close(self) -> None:
        """The session is over: nothing is asked any more."""
        self.chat_silence.close()
        if self._prompt is not None:
            self._prompt.cancel()
            self._prompt = None

    def _send_requirement(self) -> None:
        self._prompt = None
        requirement = self.peer.poll_requirement()
        if requirement is not None:
            self.send(responses.media_sections(requirement))
