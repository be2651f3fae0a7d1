"""A participant's signaling: it joins, publishes, adds receiving sections when it is asked to, and stays."""

from __future__ import annotations

import asyncio
import base64
import gzip
from urllib.parse import urlencode

from livekit.protocol import models, rtc
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect

from benches.load.answer import server_transport, streams
from benches.load.offer import Offerer
from benches.load.program import Layer, LoadProgram

PING_INTERVAL_S = 5.0
"""What the server asks of its clients."""
OPEN_TIMEOUT_S = 60.0


class Role(Struct, frozen=True, kw_only=True):
    """What a participant publishes."""

    camera: tuple[Layer, ...] = ()
    """Layers from the lowest to the highest; none: no camera."""
    microphone: bool = False
    speaks: bool = False


class Guest:
    """One participant. `run` is its life."""

    def __init__(self, program: LoadProgram, number: int, role: Role) -> None:
        """``number``: of the program's participant that plays its media."""
        self._program = program
        self._number = number
        self._role = role
        self._offerer = Offerer(program.credentials(number))
        self._offers = 0
        self._answered = False
        self._mids: dict[str, str] = {}

    async def run(self, url: str, token: str) -> None:
        """Joins at ``url`` (of the server, ``ws://...``) and stays until it is cancelled.

        Raises what the connection raises, and `MalformedAnswerError`.
        """
        query = urlencode({"access_token": token, "join_request": _wrapped(self._join_request())})
        connection = connect(
            f"{url}/rtc/v1?{query}", compression=None, max_size=None, ping_interval=None, open_timeout=OPEN_TIMEOUT_S
        )
        async with connection as socket, asyncio.TaskGroup() as group:
            group.create_task(_ping(socket))
            async for frame in socket:
                if isinstance(frame, bytes):
                    await self._handle(socket, rtc.SignalResponse.FromString(frame))

    async def _handle(self, socket: ClientConnection, message: rtc.SignalResponse) -> None:
        if message.HasField("answer"):
            if not self._answered:
                self._answered = True
                self._program.connect(self._number, server_transport(message.answer.sdp))
                self._publish()
            self._program.receive(self._number, streams(message.answer.sdp))
        elif message.HasField("media_sections_requirement"):
            wanted = message.media_sections_requirement
            for _ in range(wanted.num_audios):
                self._offerer.receive("audio")
            for _ in range(wanted.num_videos):
                self._offerer.receive("video")
            await socket.send(rtc.SignalRequest(offer=self._offer()).SerializeToString())

    def _join_request(self) -> rtc.JoinRequest:
        request = rtc.JoinRequest(
            client_info=models.ClientInfo(sdk=models.ClientInfo.SDK.PYTHON, protocol=17),
            connection_settings=rtc.ConnectionSettings(auto_subscribe=True),
        )
        if self._role.camera:
            self._mids["camera"] = self._offerer.send("video", "camera", tuple(it.rid for it in self._role.camera))
            request.add_track_requests.append(_camera(self._role.camera))
        if self._role.microphone:
            self._mids["microphone"] = self._offerer.send("audio", "microphone")
            request.add_track_requests.append(_microphone())
        for media in ("audio", "video"):
            self._offerer.receive(media)
        request.publisher_offer.CopyFrom(self._offer())
        return request

    def _publish(self) -> None:
        """Media flows as soon as the transport is connected."""
        if "camera" in self._mids:
            self._program.show(self._number, self._mids["camera"], self._role.camera)
        if "microphone" in self._mids:
            self._program.sound(self._number, self._mids["microphone"], speaks=self._role.speaks)

    def _offer(self) -> rtc.SessionDescription:
        self._offers += 1
        return rtc.SessionDescription(type="offer", sdp=self._offerer.offer(), id=self._offers)


def _camera(layers: tuple[Layer, ...]) -> rtc.AddTrackRequest:
    sizes = [(320, 180), (640, 360), (1280, 720)][-len(layers) :]
    qualities = [models.VideoQuality.LOW, models.VideoQuality.MEDIUM, models.VideoQuality.HIGH][-len(layers) :]
    return rtc.AddTrackRequest(
        cid="camera",
        type=models.TrackType.VIDEO,
        source=models.TrackSource.CAMERA,
        width=1280,
        height=720,
        layers=[
            models.VideoLayer(quality=quality, width=width, height=height, bitrate=layer.bitrate)
            for layer, quality, (width, height) in zip(layers, qualities, sizes, strict=True)
        ],
    )


def _microphone() -> rtc.AddTrackRequest:
    return rtc.AddTrackRequest(cid="microphone", type=models.TrackType.AUDIO, source=models.TrackSource.MICROPHONE)


def _wrapped(request: rtc.JoinRequest) -> str:
    wrapper = rtc.WrappedJoinRequest(
        compression=rtc.WrappedJoinRequest.Compression.GZIP, join_request=gzip.compress(request.SerializeToString())
    )
    return base64.urlsafe_b64encode(wrapper.SerializeToString()).decode().rstrip("=")


async def _ping(socket: ClientConnection) -> None:
    while True:
        await asyncio.sleep(PING_INTERVAL_S)
        await socket.send(rtc.SignalRequest(ping_req=rtc.Ping(timestamp=1)).SerializeToString())
