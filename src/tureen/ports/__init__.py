"""What the domain and the doors need from outside, as protocols.

Everything here may be replaced: tests pass fakes with virtual time, the server passes adapters and the clock of its
event loop.
"""

from tureen.ports.chat import (
    MembersListener,
    RetoldText,
    RoomChat,
    RoomMessages,
    RoomReaders,
    Silence,
    TextChange,
    WrittenText,
)
from tureen.ports.media import ConsumerListener, MediaPort, ProducerListener, TransportListener
from tureen.ports.people import Busy, Directory, Push, PushNotice, SessionCloser
from tureen.ports.sessions import Admission, CatchUp, Handler, Handlers, Mailroom, OpenCalls, Revoked, SessionListener
from tureen.ports.time import Clock, Entropy, Timer

__all__ = [
    "Admission",
    "Busy",
    "CatchUp",
    "Clock",
    "ConsumerListener",
    "Directory",
    "Entropy",
    "Handler",
    "Handlers",
    "Mailroom",
    "MediaPort",
    "MembersListener",
    "OpenCalls",
    "ProducerListener",
    "Push",
    "PushNotice",
    "RetoldText",
    "Revoked",
    "RoomChat",
    "RoomMessages",
    "RoomReaders",
    "SessionCloser",
    "SessionListener",
    "Silence",
    "TextChange",
    "Timer",
    "TransportListener",
    "WrittenText",
]
