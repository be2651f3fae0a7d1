"""All that calls work with."""

from __future__ import annotations

from msgspec import Struct

from tureen.calls.ice_servers import IceServers
from tureen.calls.ports import Audience, CallObserver, CallTrace, CallWaiting, Tasks, Tickets, Unobserved
from tureen.calls.settings import CallSettings
from tureen.calls.store import CallStore
from tureen.ports import Busy, Clock, Directory, Entropy, Mailroom, Push


class CallSurroundings(Struct, frozen=True, kw_only=True):
    """What `CallService` is made from."""

    store: CallStore
    clock: Clock
    entropy: Entropy
    tasks: Tasks
    mailroom: Mailroom
    directory: Directory
    push: Push
    busy: Busy
    trace: CallTrace
    audience: Audience
    tickets: Tickets
    ice_servers: IceServers
    call_waiting: CallWaiting
    settings: CallSettings = CallSettings()
    observer: CallObserver = Unobserved()
