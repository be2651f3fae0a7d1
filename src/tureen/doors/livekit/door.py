"""The door as the composition root sees it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from tureen.doors.livekit.admission import Admission, check_admission_untrusted
from tureen.doors.livekit.errors import RefusalError
from tureen.doors.livekit.outbox import Outbox
from tureen.doors.livekit.services import DoorServices
from tureen.doors.livekit.session import SignalSession, open_session
from tureen.doors.livekit.settings import LivekitDoorSettings
from tureen.doors.livekit.shared_frames import SharedFrames
from tureen.ports import Clock, Entropy, MediaPort
from tureen.rooms import RoomRegistry

_log = logging.getLogger(__name__)


class LivekitDoor:
    """Checks who may come in, and opens sessions for them."""

    def __init__(
        self,
        registry: RoomRegistry,
        media: MediaPort,
        clock: Clock,
        entropy: Entropy,
        settings: LivekitDoorSettings,
    ) -> None:
        """``registry`` may serve other doors as well."""
        self._services = DoorServices(
            registry=registry,
            media=media,
            clock=clock,
            entropy=entropy,
            settings=settings,
            shared_frames=SharedFrames(),
        )

    @property
    def settings(self) -> LivekitDoorSettings:
        """As handed in."""
        return self._services.settings

    def check_untrusted(self, query: Mapping[str, str], authorization: str | None) -> Admission:
        """The checks of an upgrade. Raises `RefusalError`, and nothing else."""
        try:
            return check_admission_untrusted(
                query,
                authorization,
                registry=self._services.registry,
                settings=self._services.settings,
                now=self._services.clock.now(),
            )
        except RefusalError as refusal:
            _log.info("refused a client with status %d: %s", refusal.status, refusal)
            raise

    def new_outbox(self, wake: Callable[[], None], give_up: Callable[[], None]) -> Outbox:
        """For a socket that was accepted; the callbacks as in `Outbox`."""
        return Outbox(self._services.settings.queue_bytes, wake, give_up)

    def open(self, admission: Admission, outbox: Outbox) -> SignalSession | None:
        """Lets an admitted client in. ``None`` if it was sent away; the outbox then holds the reason."""
        return open_session(self._services, admission, outbox)
