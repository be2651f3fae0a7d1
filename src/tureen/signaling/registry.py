"""All sessions, by user and device: the one way to people's devices, and the one place that knows of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import DeviceId, SessionId, UserId
from tureen.ports import Clock, Entropy, Revoked, SessionListener, Timer
from tureen.protocol.commands import Position
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import Event, Goodbye, GoodbyeReason
from tureen.protocol.replies import Reply
from tureen.signaling.closing import CODES, NO_RETURN
from tureen.signaling.guests import device_of, has_other_rights, is_guest
from tureen.signaling.limits import SessionLimits
from tureen.signaling.parcel import Parcel
from tureen.signaling.session import Session, SessionState
from tureen.signaling.wire import Wire

ID_LETTERS = 20


class SessionRegistry:
    """Implements `ports.Mailroom`. Doors open, resume and end sessions here; listeners hear of it."""

    def __init__(
        self, clock: Clock, entropy: Entropy, encode: Callable[[Event | Reply], bytes], limits: SessionLimits
    ) -> None:
        """``encode``: a message as a whole frame of the wires, the same for all of them."""
        self._clock = clock
        self._entropy = entropy
        self._encode = encode
        self._limits = limits
        self._listeners: list[SessionListener] = []
        self._revoked: Revoked | None = None
        self._users: dict[UserId, dict[DeviceId, Session]] = {}
        self._graces: dict[SessionId, Timer] = {}
        self._closing = False
        self.goodbyes: dict[GoodbyeReason, int] = dict.fromkeys(GoodbyeReason, 0)
        """Connections that were closed from here, by reason."""

    # --- what domain packages use -----------------------------------------------------------------------------

    def add_listener(self, listener: SessionListener) -> None:
        """From now on it hears of all sessions, in the order in which listeners were added."""
        self._listeners.append(listener)

    def send_to_users(self, users: Iterable[UserId], event: Event, *, skip: Actor | None = None) -> None:
        """See `Mailroom.send_to_users`."""
        parcel: Parcel | None = None
        for user in users:
            sessions = self._users.get(user)
            if sessions is None:
                continue
            if parcel is None:
                parcel = self.parcel(event)
            for device, session in sessions.items():
                if skip is None or device != skip.device or user != skip.user:
                    session.post(parcel)

    def send_to_device(self, user: UserId, device: DeviceId, event: Event) -> bool:
        """See `Mailroom.send_to_device`."""
        session = self._users.get(user, {}).get(device)
        if session is None or not session.is_reachable:
            return False
        session.post(self.parcel(event))
        return True

    def devices(self, user: UserId) -> Sequence[DeviceId]:
        """See `Mailroom.devices`. Guests of rooms are nobody's devices."""
        return [
            device
            for device, session in self._users.get(user, {}).items()
            if session.is_reachable and not is_guest(session.actor.grant)
        ]

    def close_revoked(self, users: Iterable[UserId] | None) -> None:
        """Looks at the grants of these people's sessions again (None: of all) and ends those that were revoked."""
        if self._revoked is None:
            return
        found = self._all() if users is None else (each for user in users for each in self._of(user))
        for session in list(found):
            if self._revoked.is_revoked(session.actor.grant):
                self.end(session, GoodbyeReason.REVOKED, "The token was revoked.")

    # --- what doors use ---------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Sessions, those within their grace included."""
        return sum(len(sessions) for sessions in self._users.values())

    def use_revoked(self, revoked: Revoked) -> None:
        """Whom to ask whether a token is accepted no more."""
        self._revoked = revoked

    def check_grant(self, grant: Grant) -> None:
        """Raises `CommandError` (``revoked``) if its token was revoked."""
        if self._revoked is not None and self._revoked.is_revoked(grant):
            raise CommandError(ErrorCode.REVOKED, "The token was revoked.", "Sign in again.")

    def parcel(self, event: Event) -> Parcel:
        """An event for any number of receivers."""
        return Parcel(self._encode(event), event.delivery, event.conflation_key, event)

    def reply_parcel(self, reply: Reply) -> Parcel:
        """A reply for its one receiver."""
        return Parcel(self._encode(reply))

    def open(
        self, user: UserId, chosen: str, grant: Grant, wire: Wire, positions: Iterable[Position]
    ) -> tuple[Session, bool]:
        """The session of a device that connected, and whether it was there still. It catches up from now on.

        ``chosen``: the device's id, as the client says it. Another connection of the same device is replaced. Raises
        `CommandError` if there are too many devices.
        """
        device = device_of(chosen, grant)
        session = self._users.get(user, {}).get(device)
        if session is not None and has_other_rights(session.actor.grant, grant):
            self.end(session, GoodbyeReason.REPLACED, "This device joins another room.")
            session = None
        resumed = session is not None
        if session is None:
            others = [each for each in self._of(user) if is_guest(each.actor.grant) == is_guest(grant)]
            if len(others) >= self._limits.devices:
                raise CommandError(
                    ErrorCode.LIMIT_EXCEEDED,
                    f"This person has {self._limits.devices} devices connected already.",
                    "Close one of them, or wait until its grace is over.",
                )
            session_id = SessionId(f"SE_{self._entropy.token(ID_LETTERS)}")
            actor = Actor(user=user, device=device, session=session_id, grant=grant)
            session = Session(actor, self._limits.queue_bytes, self._handle_overflow)
            self._users.setdefault(user, {})[device] = session
        else:
            self._say_goodbye(session, GoodbyeReason.REPLACED, "This device opened another connection.")
            session.actor = msgspec.structs.replace(session.actor, grant=grant)
        self._end_grace(session)
        session.attach(wire, positions)
        for listener in self._listeners:
            listener.handle_session_opened(session.actor)
        return session, resumed

    def answer_device(self, user: UserId, device: DeviceId, reply: Parcel, shown: str | None = None) -> None:
        """A reply, wherever the device is connected by now, if it is. ``shown``: a conversation that it may hear of."""
        session = self._users.get(user, {}).get(device)
        if session is not None:
            if shown is not None:
                session.show(shown)
            session.answer(reply)

    def has_sessions(self, user: UserId) -> bool:
        """Whether any device of this person is there, or within its grace."""
        return user in self._users

    def refresh(self, session: Session, grant: Grant) -> None:
        """The device has a fresh token. Raises `CommandError` if it is somebody else's, or revoked."""
        if UserId(grant.identity) != session.actor.user:
            raise CommandError(
                ErrorCode.FORBIDDEN, "The token is of another person.", "Open another connection for another person."
            )
        if has_other_rights(session.actor.grant, grant):
            raise CommandError(
                ErrorCode.FORBIDDEN, "The token has other rights than the one before.", "Connect again with it."
            )
        self.check_grant(grant)
        session.actor = msgspec.structs.replace(session.actor, grant=grant)

    def handle_wire_lost(self, session: Session, wire: Wire, *, said_goodbye: bool) -> None:
        """A connection is gone. Without a goodbye of the client the grace begins."""
        if session.wire is not wire:
            return
        if said_goodbye or self._closing:
            self._close(session)
            return
        session.detach(SessionState.DROPPED)
        actor = session.actor
        self._graces[actor.session] = self._clock.call_later(self._limits.grace_s, lambda: self._close(session))
        for listener in self._listeners:
            listener.handle_session_dropped(actor)

    def end(self, session: Session, reason: GoodbyeReason, message: str = "", retry_after_ms: int = 0) -> None:
        """Says goodbye if the device is there, and closes the session at once."""
        self._say_goodbye(session, reason, message, retry_after_ms)
        self._close(session)

    def sweep(self) -> None:
        """Ends the sessions whose tokens have expired; to be called every few seconds."""
        oldest = self._clock.now() - self._limits.token_leeway_s
        for session in list(self._all()):
            if session.actor.grant.expires_at <= oldest:
                self.end(session, GoodbyeReason.TOKEN_EXPIRED, "The token expired and was not refreshed.")

    def close_all(self) -> None:
        """The server goes away: says goodbye to all, and when to come back, spread out over time."""
        self._closing = True
        sessions = list(self._all())
        spread_ms = int(1000 * len(sessions) / self._limits.returns_per_second) + 1
        for number, session in enumerate(sessions):
            retry_after_ms = spread_ms * number // len(sessions)
            self.end(session, GoodbyeReason.SHUTDOWN, "The server shuts down.", retry_after_ms)

    # --- parts ------------------------------------------------------------------------------------------------

    def _of(self, user: UserId) -> Iterable[Session]:
        return self._users.get(user, {}).values()

    def _all(self) -> Iterator[Session]:
        for sessions in self._users.values():
            yield from sessions.values()

    def _handle_overflow(self, session: Session) -> None:
        # Its wire is closed and tells of that later, so that no listener runs in the middle of somebody's sending.
        self._say_goodbye(session, GoodbyeReason.RESYNC, "This connection reads too slowly for what it has to get.")

    def _say_goodbye(self, session: Session, reason: GoodbyeReason, message: str, retry_after_ms: int = 0) -> None:
        wire = session.wire
        if wire is None or session.is_silent:
            return
        session.silence()
        self.goodbyes[reason] += 1
        goodbye = Goodbye(
            reason=reason.value, message=message, reconnect=reason not in NO_RETURN, retry_after_ms=retry_after_ms
        )
        wire.write(self._encode(goodbye))
        wire.close(CODES[reason], reason.value)

    def _close(self, session: Session) -> None:
        actor = session.actor
        self._end_grace(session)
        session.detach(SessionState.CLOSED)
        sessions = self._users.get(actor.user)
        if sessions is None or sessions.get(actor.device) is not session:
            return
        del sessions[actor.device]
        if not sessions:
            del self._users[actor.user]
        for listener in self._listeners:
            listener.handle_session_closed(actor)

    def _end_grace(self, session: Session) -> None:
        timer = self._graces.pop(session.actor.session, None)
        if timer is not None:
            timer.cancel()
