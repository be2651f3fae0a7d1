"""A raw client of the LiveKit door that behaves as an SDK does: it offers, adds sections when asked, keeps books."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from livekit.protocol import models, rtc

from tests.sdp_conformance import check_answer, read
from tests.sdp_offers import Peer
from tests.unit.doors.fakes import FakeClock, FakeEntropy, FakeMedia, FakeRevocations, FakeRoomChat
from tureen.auth.secret import Secret
from tureen.auth.tokens import issue_token
from tureen.doors.livekit import LivekitDoor, LivekitDoorSettings
from tureen.doors.livekit.outbox import Outbox
from tureen.doors.livekit.session import SignalSession
from tureen.model.grant import Grant, RoomGrant
from tureen.model.ids import Identity, RoomName, TransportId
from tureen.rooms import RoomDefaults, RoomLimits, RoomRegistry

KEY = "devkey"
SECRET = Secret("secret")
ROOM = RoomName("soup")


class House:
    """A door with everything behind it, in virtual time."""

    def __init__(
        self, *, limits: RoomLimits | None = None, defaults: RoomDefaults | None = None, **settings: Any
    ) -> None:
        self.clock = FakeClock()
        self.entropy = FakeEntropy()
        self.media = FakeMedia()
        self.revoked = FakeRevocations()
        self.chat = FakeRoomChat()
        self.registry = RoomRegistry(
            self.clock,
            self.entropy,
            media=self.media,
            limits=limits or RoomLimits(),
            defaults=defaults or RoomDefaults(),
        )
        self.settings = LivekitDoorSettings(keys={KEY: SECRET}, **settings)
        self.door = LivekitDoor(
            self.registry, self.media, self.clock, self.entropy, self.settings, revoked=self.revoked, chat=self.chat
        )

    def token(self, identity: str, *, grant: Grant | None = None, **rights: Any) -> str:
        room = RoomGrant(**{"join": True, "room": ROOM, **rights})
        made = grant or Grant(
            identity=Identity(identity), api_key=KEY, expires_at=0.0, name=identity.title(), room=room
        )
        return issue_token(made, KEY, SECRET, self.clock.now(), 600.0)

    def join(self, identity: str, *, connect: bool = True, **options: Any) -> Guest:
        guest = Guest(self, identity, **options)
        if connect:
            guest.connect()
        return guest


def wrapped(request: rtc.JoinRequest, *, compressed: bool = True) -> str:
    """As an SDK puts it into the URL."""
    plain = request.SerializeToString()
    compression = rtc.WrappedJoinRequest.Compression
    wrapper = rtc.WrappedJoinRequest(
        compression=compression.GZIP if compressed else compression.NONE,
        join_request=gzip.compress(plain, mtime=0) if compressed else plain,
    )
    return base64.urlsafe_b64encode(wrapper.SerializeToString()).decode().rstrip("=")


class Guest:
    """One client. Every frame that comes is read at once and kept; every answer is checked."""

    def __init__(
        self,
        house: House,
        identity: str,
        *,
        offer: bool = True,
        auto_subscribe: bool = True,
        request: rtc.JoinRequest | None = None,
        grant: Grant | None = None,
        answers_requirements: bool = True,
        rewrite: Callable[[str], str] = str,
        **rights: Any,
    ) -> None:
        self.house = house
        self.identity = identity
        self.peer = Peer(ufrag=f"peer{identity}")
        self.peer.join()
        self.answers_requirements = answers_requirements
        self.rewrite = rewrite
        self.received: list[rtc.SignalResponse] = []
        self.offers: dict[int, str] = {}
        self.answers: list[rtc.SessionDescription] = []
        self.closed = False
        self.given_up = False
        self._offer_id = 0
        request = request or rtc.JoinRequest(
            client_info=models.ClientInfo(protocol=17, client_protocol=2, capabilities=["CAP_COMPRESSION_DEFLATE_RAW"]),
            connection_settings=rtc.ConnectionSettings(auto_subscribe=auto_subscribe),
        )
        if offer:
            request.publisher_offer.CopyFrom(self.next_offer())
        query = {"join_request": wrapped(request), "access_token": house.token(identity, grant=grant, **rights)}
        admission = house.door.check_untrusted(query, None)
        self.outbox: Outbox = house.door.new_outbox(self.read, self.give_up)
        self.session: SignalSession | None = house.door.open(admission, self.outbox)

    @property
    def transport(self) -> TransportId:
        listener = self.session
        return next(key for key, open_ in self.house.media.transports.items() if open_.listener is listener)

    def connect(self) -> None:
        """ICE and DTLS complete."""
        assert self.session is not None
        self.session.handle_transport_connected("192.0.2.9:4000", "AEAD_AES_256_GCM")
        self.settle()

    def settle(self) -> None:
        """What is due now happens."""
        self.house.clock.advance(0.0)

    def give_up(self) -> None:
        self.given_up = True

    def next_offer(self) -> rtc.SessionDescription:
        self._offer_id += 1
        self.offers[self._offer_id] = self.rewrite(self.peer.offer())
        return rtc.SessionDescription(type="offer", sdp=self.offers[self._offer_id], id=self._offer_id)

    def send(self, **message: Any) -> None:
        assert self.session is not None
        self.session.handle_frame(rtc.SignalRequest(**message).SerializeToString())
        self.settle()

    def negotiate(self) -> None:
        self.send(offer=self.next_offer())

    def add_track(self, kind: str, cid: str, **fields: Any) -> models.TrackInfo:
        """Announces a track and returns what the door made of it."""
        type_ = models.TrackType.AUDIO if kind == "audio" else models.TrackType.VIDEO
        source = models.TrackSource.MICROPHONE if kind == "audio" else models.TrackSource.CAMERA
        self.send(add_track=rtc.AddTrackRequest(**{"cid": cid, "type": type_, "source": source, **fields}))
        published: rtc.TrackPublishedResponse = self.last("track_published")
        return published.track

    def publish(
        self, kind: str, cid: str, *, rids: tuple[str, ...] = (), payload_type: int | None = None, **fields: Any
    ) -> models.TrackInfo:
        """Announces a track, negotiates it and sends its first packet."""
        track = self.add_track(kind, cid, **fields)
        mid = self.peer.add(kind, "sendonly", rids=rids, msid=f"stream {cid}")
        self.negotiate()
        self.start(mid, payload_type)
        return track

    def start(self, mid: str, payload_type: int | None = None) -> None:
        """Media arrives in this section, in the first codec of the answer if nothing else is said."""
        for producer in list(self.house.media.producers.values()):
            if producer.transport == self.transport and producer.parameters.mid == mid:
                first = producer.parameters.codecs[0].payload_type
                producer.listener.handle_producer_started(0, first if payload_type is None else payload_type)
        self.settle()

    def data(self, packet: models.DataPacket, label: str = "_reliable") -> None:
        assert self.session is not None
        self.session.handle_data_message(label, packet.SerializeToString(), binary=True)

    def hang_up(self) -> None:
        """The socket closes without a word."""
        assert self.session is not None
        self.outbox.close()
        self.session.handle_socket_closed()

    # What came.

    def read(self) -> None:
        while (frame := self.outbox.poll_frame()) is not None:
            self.outbox.handle_written(frame)
            if isinstance(frame, str):
                response = json_format.Parse(frame, rtc.SignalResponse())
            else:
                response = rtc.SignalResponse.FromString(frame)
            self.received.append(response)
            if response.HasField("answer"):
                self._take_answer(response.answer)
            elif response.HasField("media_sections_requirement") and self.answers_requirements:
                # As an SDK does: not from within the reception, but soon after.
                requirement = response.media_sections_requirement
                self.house.clock.call_later(0.0, lambda wanted=requirement: self._add_sections(wanted))  # type: ignore[misc]
        self.closed = self.outbox.state != "open"

    def _take_answer(self, answer: rtc.SessionDescription) -> None:
        assert answer.type == "answer"
        offer = self.offers.pop(answer.id)
        assert check_answer(offer, answer.sdp, [earlier.sdp for earlier in self.answers]) == []
        self.answers.append(answer)
        self.peer.settle()

    def _add_sections(self, wanted: rtc.MediaSectionsRequirement) -> None:
        for _ in range(wanted.num_audios):
            self.peer.add("audio")
        for _ in range(wanted.num_videos):
            self.peer.add("video")
        self.negotiate()

    def all(self, kind: str) -> list[Any]:
        return [getattr(response, kind) for response in self.received if response.WhichOneof("message") == kind]

    def last(self, kind: str) -> Any:
        return self.all(kind)[-1]

    def kinds(self) -> list[str]:
        return [response.WhichOneof("message") or "" for response in self.received]

    @property
    def sid(self) -> str:
        return str(self.last("join").participant.sid)

    def about(self, identity: str) -> list[models.ParticipantInfo]:
        """Every update about somebody."""
        return [info for update in self.all("update") for info in update.participants if info.identity == identity]

    @property
    def bound(self) -> dict[str, str]:
        """Track sid to msid, of the last answer."""
        sections = read(self.answers[-1].sdp).sections
        return {
            section.values("msid")[0].split(" ")[1]: section.values("msid")[0].split(" ")[0]
            for section in sections
            if section.values("msid")
        }
