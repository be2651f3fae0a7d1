"""The door as the composition root sees it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from livekit.protocol import models

from tureen.doors.livekit.admission import Admission, check_admission_untrusted
from tureen.doors.livekit.chat_telling import chat_packets, retold_packets, text_with_files
from tureen.doors.livekit.data_packets import RELIABLE
from tureen.doors.livekit.outbox import Outbox
from tureen.doors.livekit.services import DoorServices
from tureen.doors.livekit.session import SignalSession, open_session
from tureen.doors.livekit.settings import LivekitDoorSettings
from tureen.doors.livekit.shared_frames import SharedFrames
from tureen.model.ids import Identity, ParticipantSid, RoomName, UserId
from tureen.ports import Clock, Entropy, MediaPort, RetoldText, Revoked, RoomChat
from tureen.protocol.resources import Message
from tureen.rooms import DepartureReason, RoomRegistry

_Packets: TypeAlias = Callable[[ParticipantSid | None], Iterator[models.DataPacket]]


class LivekitDoor:
    """Checks who may come in, and opens sessions for them. Implements `ports.SessionCloser`, `ports.RoomReaders`."""

    def __init__(
        self,
        registry: RoomRegistry,
        media: MediaPort,
        clock: Clock,
        entropy: Entropy,
        settings: LivekitDoorSettings,
        *,
        revoked: Revoked,
        chat: RoomChat | None = None,
    ) -> None:
        """``registry`` may serve other doors as well; ``revoked`` is asked about every token; ``chat`` keeps texts."""
        self._services = DoorServices(
            registry=registry,
            media=media,
            clock=clock,
            entropy=entropy,
            revoked=revoked,
            chat=chat,
            settings=settings,
            shared_frames=SharedFrames(),
        )

    @property
    def settings(self) -> LivekitDoorSettings:
        """As handed in."""
        return self._services.settings

    def check_untrusted(self, query: Mapping[str, str], authorization: str | None) -> Admission:
        """The checks of an upgrade. Raises `RefusalError`, and nothing else."""
        return check_admission_untrusted(
            query,
            authorization,
            registry=self._services.registry,
            revoked=self._services.revoked,
            settings=self._services.settings,
            now=self._services.clock.now(),
        )

    def new_outbox(self, wake: Callable[[], None], give_up: Callable[[], None]) -> Outbox:
        """For a socket that was accepted; the callbacks as in `Outbox`."""
        return Outbox(self._services.settings.queue_bytes, wake, give_up)

    def open(self, admission: Admission, outbox: Outbox) -> SignalSession | None:
        """Lets an admitted client in. ``None`` if it was sent away; the outbox then holds the reason."""
        return open_session(self._services, admission, outbox)

    def close_revoked(self, users: Collection[UserId] | None) -> None:
        """See `ports.SessionCloser`. Their media ends in the same turn; a participant without a socket goes as well."""
        for room in self._services.registry.rooms:
            if users is None:
                found = room.participants
            else:
                bearers = (room.audience.by_identity(Identity(user)) for user in users)
                found = tuple(bearer for bearer in bearers if bearer is not None)
            for participant in found:
                if self._services.revoked.is_revoked(participant.grant):
                    room.remove(participant, DepartureReason.REMOVED)

    def tell(self, room: RoomName, message: Message) -> None:
        """See `ports.RoomReaders`. Its sender has it, wherever it was written."""
        if text_with_files(message):
            self._tell(room, Identity(message.sender), lambda sid: chat_packets(message, sid))

    def retell(self, room: RoomName, retold: RetoldText) -> None:
        """See `ports.RoomReaders`."""
        self._tell(room, retold.sender, lambda sid: retold_packets(retold, sid), to_sender=retold.text is None)

    def _tell(self, room: RoomName, sender: Identity, packets: _Packets, *, to_sender: bool = False) -> None:
        """``to_sender``: somebody else may have done it."""
        found = self._services.registry.find(room)
        if found is None:
            return
        receivers = found.data.others(found.audience, Identity("") if to_sender else sender)
        if not receivers:
            return
        present = found.audience.by_identity(sender)
        for packet in packets(None if present is None or present.hidden else present.sid):
            self._services.media.send_data(receivers, RELIABLE, packet.SerializeToString())
