"""The tree of settings. Every field says what it is for; where the default is no good example, it gives another."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, FilePath, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from tureen.auth.secret import Secret
from tureen.config.values import (
    CommandLine,
    DatabaseUrl,
    HookUrl,
    HostNames,
    Keys,
    ListenAddresses,
    PublicAddresses,
    SecretText,
)

DEV_KEY = "devkey"
DEV_SECRET = "secret"  # noqa: S105 - public by design: it exists with --dev only
KIB = 1024
HIGHEST_PORT = 65_535


class Gso(enum.StrEnum):
    """UDP generic segmentation offload: several packets per system call."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class ShardPorts(enum.StrEnum):
    """Where several packet threads receive."""

    ONE = "one"
    """All on the one port, which is the only one to open in a firewall; threads hand over what is another's."""
    EACH = "each"
    """Each on its own, from the port of the settings upwards; nothing is ever handed over."""


class LogLevel(enum.StrEnum):
    """What is worth a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(enum.StrEnum):
    """How a line looks; ``auto`` is text on a terminal and JSON elsewhere."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


Bytes = Annotated[int, Field(ge=1, le=1 << 30)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[int, Field(ge=0, le=7 * 86_400)]


class TlsSettings(_Section):
    """Certificate files for HTTPS; both or none."""

    certificate: FilePath | None = Field(
        default=None, description="PEM file with the chain", examples=["/etc/tureen/cert.pem"]
    )
    key: FilePath | None = Field(
        default=None, description="PEM file with the private key", examples=["/etc/tureen/key.pem"]
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            missing = "key" if self.key is None else "certificate"
            raise PydanticCustomError(
                "contradiction", "The other file of the pair is set: name both or none.", {"leaf": missing}
            )
        return self


class RoomsSettings(_Section):
    """What holds for every room whose token says nothing else."""

    auto_create: bool = Field(default=True, description="make a room when the first participant comes")
    empty_timeout_s: Seconds = Field(default=300, description="life of a room that nobody joins")
    departure_timeout_s: Seconds = Field(default=20, description="life of a room after the last one left")
    max_participants: Count | None = Field(default=None, description="most participants of a room", examples=[50])
    audible_speakers: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=8, description="most microphones heard at a time, the loudest; 0: all"
    )
    spread_from: Count = Field(
        default=32, description="participants from which on a room is spread over all packet threads"
    )
    keep_chat: bool = Field(
        default=True, description="keep what LiveKit programs write (`lk.chat`) in the room's conversation"
    )


class LimitsSettings(_Section):
    """Bounds on what clients may send and keep."""

    signal_frame_bytes: Bytes = Field(default=2048 * KIB, description="largest signal message")
    signal_queue_bytes: Bytes = Field(default=4096 * KIB, description="most unsent bytes per connection")
    metadata_bytes: Bytes = Field(default=512 * KIB, description="largest metadata")
    attributes_bytes: Bytes = Field(default=64 * KIB, description="largest sum of attributes")
    name_characters: Annotated[int, Field(ge=1, le=256)] = Field(default=256, description="longest name")
    rooms: Count = Field(default=10_000, description="most rooms of this server")
    participants: Count = Field(default=10_000, description="most participants of this server")
    tracks_per_participant: Count = Field(default=64, description="most tracks that one may publish")
    requests_per_second: Count = Field(default=100, description="signal requests per participant")


class SessionsSettings(_Section):
    """Devices of people at the native door."""

    grace_s: Annotated[int, Field(ge=0, le=600)] = Field(
        default=20, description="how long after a lost connection others notice nothing"
    )
    queue_bytes: Annotated[int, Field(ge=64 * KIB, le=1 << 30)] = Field(
        default=1024 * KIB, description="most bytes that wait for one connection"
    )
    devices: Count = Field(default=32, description="most devices of one person")
    commands_per_second: Count = Field(default=50, description="commands of one device; a person's have twice as many")
    kept_replies_bytes: Bytes = Field(
        default=16 * 1024 * KIB, description="memory for replies that may have to be repeated, over all devices"
    )
    catch_ups_at_once: Count = Field(default=64, description="devices that get what they missed at a time")


class MediaSettings(_Section):
    """The packet core."""

    shards: Annotated[int, Field(ge=1, le=64)] = Field(default=1, description="packet threads")
    shard_ports: ShardPorts = Field(
        default=ShardPorts.ONE, description="one UDP port for all packet threads, or consecutive ones"
    )
    gso: Gso = Field(default=Gso.AUTO, description="UDP segmentation offload")


FileBytes = Annotated[int, Field(ge=1, le=1 << 40)]


class AttachmentsSettings(_Section):
    """Files of messages."""

    max_bytes: FileBytes = Field(default=25 * KIB * KIB, description="largest file")
    daily_bytes: FileBytes = Field(default=500 * KIB * KIB, description="most that one person uploads in a day")
    max_pixels: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        default=50_000_000, description="most pixels of an image; memory for its thumbnail follows from it"
    )
    url_s: Annotated[int, Field(ge=10, le=86_400)] = Field(
        default=600, description="longest validity of a file's address; half of it at least"
    )
    upload_s: Seconds = Field(default=86_400, description="life of an upload that is not finished")
    unclaimed_s: Seconds = Field(default=86_400, description="life of a file that no message has claimed")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(default=2, description="processes that look into files")
    scanner_command: CommandLine = Field(
        default=(),
        description="program that is given each file's path: exits with 0 if it is clean, with 1 if it is harmful",
        examples=[["clamdscan", "--fdpass", "--no-summary"]],
    )
    scanner_s: Annotated[int, Field(ge=1, le=240)] = Field(
        default=60, description="longest scan; what takes longer is not let through"
    )
    folder: Path | None = Field(
        default=None,
        description="where files are kept; none: a folder of this user's, wherever the database is",
        examples=["/var/lib/tureen/files"],
    )
    bucket: str | None = Field(
        default=None, description="bucket of an S3 store that keeps them instead", examples=["tureen-files"]
    )
    bucket_prefix: str = Field(default="", description="what their names begin with", examples=["production"])
    bucket_endpoint: str | None = Field(
        default=None, description="address of the S3 store, if it is not Amazon's", examples=["https://s3.example.org"]
    )
    bucket_region: str | None = Field(default=None, description="its region", examples=["eu-central-1"])
    bucket_key_id: str | None = Field(
        default=None, description="name of its key; none: as the machine provides it", examples=["AKIA..."]
    )
    bucket_key: SecretText | None = Field(default=None, description="its secret key", examples=["<a secret>"])


class PushSettings(_Section):
    """How closed browsers are reached."""

    key: SecretText | None = Field(
        default=None,
        description="private key for web push, 32 bytes as base64url; none: made once and kept in the database",
        examples=["<a secret>"],
    )
    contact: Annotated[str, Field(pattern=r"^(|mailto:\S+|https://\S+)$", max_length=500)] = Field(
        default="",
        description="whom push services may turn to; some demand it",
        examples=["mailto:operator@example.org"],
    )
    private_addresses: bool = Field(
        default=False, description="accept push services in private networks, and over HTTP", examples=[True]
    )


class StorageSettings(_Section):
    """Where people, conversations and messages are kept."""

    url: DatabaseUrl | None = Field(
        default=None,
        description="SQLite file or PostgreSQL database; none: a file in the state folder",
        examples=["postgresql://tureen:<password>@db.example.com/tureen"],
    )


class IceServerSettings(_Section):
    """A STUN or TURN server of direct calls, as browsers know it (``RTCIceServer``)."""

    urls: tuple[Annotated[str, Field(pattern=r"^(stun|stuns|turn|turns):\S+$", max_length=500)], ...] = Field(
        min_length=1, max_length=8, description="addresses"
    )
    username: str = Field(default="", max_length=500, description="for TURN")
    credential: SecretText | None = Field(default=None, description="for TURN")


class CallsSettings(_Section):
    """Ringing, and how the media of calls flows."""

    ring_s: Annotated[int, Field(ge=5, le=600)] = Field(default=45, description="how long somebody is rung")
    connect_s: Annotated[int, Field(ge=3, le=120)] = Field(
        default=15, description="how long media may take to flow before the call ends"
    )
    direct_s: Annotated[int, Field(ge=1, le=60)] = Field(
        default=3, description="how long a direct path may take to open before the call goes through the server"
    )
    call_waiting: bool = Field(
        default=True,
        description="ring people who are in a call; otherwise they are busy. Of those who chose nothing themselves",
    )
    users_per_call: Annotated[int, Field(ge=2, le=1000)] = Field(default=100, description="most people of one call")
    history_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=400, description="for how long calls stay in people's lists of calls; 0: for ever"
    )
    ice_servers: tuple[IceServerSettings, ...] = Field(
        default=(),
        max_length=16,
        description="STUN and TURN servers of direct calls",
        examples=[[{"urls": ["stun:stun.example.org:3478"]}]],
    )


class ConversationsSettings(_Section):
    """Bounds of conversations."""

    groups_per_person: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=1000, description="most groups that one person makes, and most that others bring them into"
    )


class MessagesSettings(_Section):
    """How long messages are kept; 0: for ever."""

    direct_days: Annotated[int, Field(ge=0, le=36_500)] = Field(default=0, description="between two people")
    group_days: Annotated[int, Field(ge=0, le=36_500)] = Field(default=0, description="in groups")
    room_days: Annotated[int, Field(ge=0, le=36_500)] = Field(default=0, description="in the conversations of rooms")


class ModerationSettings(_Section):
    """How long that is kept which moderators look at, but for what a legal hold keeps; 0: for ever."""

    audit_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=400, description="what owners, moderators and the application did to others"
    )
    report_days: Annotated[int, Field(ge=0, le=36_500)] = Field(
        default=180, description="what was reported, with the text of the message as it was then"
    )


class OnFailure(enum.StrEnum):
    """What becomes of something about which the application was to be asked, and did not answer."""

    REJECT = "reject"
    ALLOW = "allow"


class HooksSettings(_Section):
    """What the application is asked before it happens (docs/reference/hooks.md)."""

    before_publish_url: HookUrl | None = Field(
        default=None,
        description="address that is asked before a message is published; none: nobody is asked",
        examples=["https://example.org/before-publish"],
    )
    before_publish_failure: OnFailure = Field(
        default=OnFailure.REJECT, description="what becomes of a message when no answer comes", examples=["allow"]
    )
    budget_ms: Annotated[int, Field(ge=10, le=10_000)] = Field(
        default=300, description="longest wait for an answer, waiting in line included"
    )
    at_once: Annotated[int, Field(ge=1, le=1000)] = Field(default=64, description="questions asked at a time")
    in_line: Annotated[int, Field(ge=0, le=100_000)] = Field(
        default=1000, description="questions that wait for their turn; more are not asked"
    )
    of_one_author: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=8,
        description="questions about messages of one author that are asked or wait; never more than half of at_once",
    )
    key: str | None = Field(
        default=None, description="name of the key that signs questions; none: the first one", examples=["mykey"]
    )


class LogSettings(_Section):
    """What the server says about itself."""

    level: LogLevel = Field(default=LogLevel.INFO, description="least important line")
    format: LogFormat = Field(
        default=LogFormat.AUTO, description="text for people, JSON for programs", examples=["json"]
    )


class MetricsSettings(_Section):
    """Access to ``/metrics``."""

    token: SecretText | None = Field(
        default=None,
        description="what scrapers send as bearer; none: this machine only",
        examples=["<a secret>"],
    )
    rooms: Annotated[int, Field(ge=0, le=1000)] = Field(
        default=20, description="how many rooms have metrics of their own, the largest; scrapers keep all names"
    )


class Settings(BaseSettings):
    """The whole tree, as `tureen.config.load.load_settings` builds it; built directly it reads no other source."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    dev: bool = Field(default=False, description="development: public key pair, dev login", examples=[True])
    dev_hosts: HostNames = Field(
        default=(),
        description="names that a development server answers to, beside localhost and its machine's; without TLS only",
        examples=[["soup.example.org"]],
    )
    lan: bool = Field(default=False, description="serve the local network over HTTPS too", examples=[True])
    host: ListenAddresses = Field(
        default=(), description="addresses to listen on; none: loopback with dev, else all", examples=[["192.0.2.10"]]
    )
    port: Annotated[int, Field(ge=1, le=HIGHEST_PORT)] = Field(default=7880, description="the TCP and UDP port")
    public_addresses: PublicAddresses = Field(
        default=(),
        description="addresses that the world sees, if they are not this machine's",
        examples=[["203.0.113.7"]],
    )
    drain_s: Seconds = Field(default=10, description="longest wait for sessions to end at shut-down")
    keys: Keys = Field(
        default={}, description="signing keys", examples=[{"mykey": "<a secret>"}], validate_default=True
    )
    tls: TlsSettings = TlsSettings()
    rooms: RoomsSettings = RoomsSettings()
    limits: LimitsSettings = LimitsSettings()
    sessions: SessionsSettings = SessionsSettings()
    media: MediaSettings = MediaSettings()
    calls: CallsSettings = CallsSettings()
    conversations: ConversationsSettings = ConversationsSettings()
    messages: MessagesSettings = MessagesSettings()
    moderation: ModerationSettings = ModerationSettings()
    attachments: AttachmentsSettings = AttachmentsSettings()
    push: PushSettings = PushSettings()
    hooks: HooksSettings = HooksSettings()
    storage: StorageSettings = StorageSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @field_validator("keys")
    @classmethod
    def _some_key(cls, keys: dict[str, Secret], info: ValidationInfo) -> dict[str, Secret]:
        if keys:
            return keys
        if info.data.get("dev"):
            return {DEV_KEY: Secret(DEV_SECRET)}
        raise PydanticCustomError("keys_missing", "No signing key is configured, so no token could ever be accepted.")

    @field_validator("hooks")
    @classmethod
    def _a_key_that_there_is(cls, hooks: HooksSettings, info: ValidationInfo) -> HooksSettings:
        keys = info.data.get("keys")
        if hooks.key is None or keys is None or hooks.key in keys:
            return hooks
        raise PydanticCustomError("contradiction", "No signing key has this name.", {"leaf": "key"})

    @field_validator("media")
    @classmethod
    def _a_port_for_each_shard(cls, media: MediaSettings, info: ValidationInfo) -> MediaSettings:
        if media.shard_ports is ShardPorts.ONE or info.data.get("port", 1) + media.shards - 1 <= HIGHEST_PORT:
            return media
        raise PydanticCustomError(
            "contradiction",
            "Shards take consecutive ports, and these pass {highest}.",
            {"leaf": "shards", "highest": HIGHEST_PORT},
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings gives the signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is handed in: `load_settings` reads the other sources itself, to tell where a value came from."""
        return (init_settings,)
