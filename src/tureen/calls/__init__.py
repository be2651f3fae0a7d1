"""Calls: ringing people on all their devices, and what follows until the last one has hung up. Pure.

states, record      the facts of a call, and every move between their states as tables
machine             a record and an event give the next record and its effects
ledger, announcer   open calls in memory: every step is stored, then told
watchers            the groups of open calls, whose members see them without being called
service             the commands of the native door
"""

from tureen.calls.ice_servers import ConfiguredIceServers, IceServers
from tureen.calls.ports import (
    Audience,
    CallObserver,
    CallTrace,
    CallWaiting,
    Tasks,
    Tickets,
    Unobserved,
    Work,
)
from tureen.calls.service import CallService
from tureen.calls.settings import CallSettings
from tureen.calls.store import CallStore
from tureen.calls.surroundings import CallSurroundings

__all__ = [
    "Audience",
    "CallObserver",
    "CallService",
    "CallSettings",
    "CallStore",
    "CallSurroundings",
    "CallTrace",
    "CallWaiting",
    "ConfiguredIceServers",
    "IceServers",
    "Tasks",
    "Tickets",
    "Unobserved",
    "Work",
]
