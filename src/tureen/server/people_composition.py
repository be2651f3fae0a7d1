"""Puts together what serves people: database, sessions, the domain packages that answer commands, the native door.

    database ─▶ people, files, push ─▶ messaging ─▶ calls ─▶ native door, HTTP API

It stops in the order in which things need one another: calls first, so that they outlive a restart; then sessions, then
work that was begun for them; the database last.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from msgspec import Struct, structs
from starlette.routing import BaseRoute

from tureen.api.bearer import Bearers
from tureen.api.calls import CallsApi
from tureen.api.conversations import ConversationsApi
from tureen.api.moderation import ModerationApi
from tureen.api.people import PeopleApi
from tureen.calls.ice_servers import ConfiguredIceServers
from tureen.calls.service import CallService
from tureen.calls.surroundings import CallSurroundings
from tureen.config.settings import Settings
from tureen.doors.loop_tasks import LoopTasks
from tureen.doors.native import Dispatcher, Knowledge, NativeDoor, NativeDoorSettings, encode_frame, native_routes
from tureen.doors.open_sockets import OpenSockets
from tureen.messaging import BeforePublish, MessagingService
from tureen.messaging.outside import Outside
from tureen.people import People, Revocations
from tureen.ports import Clock, Entropy
from tureen.server.attachments import AttachmentNeeds, OpenAttachments, file_folder, open_attachments
from tureen.server.database_url import database_url
from tureen.server.hooks import HookNeeds, open_before_publish
from tureen.server.people_settings import call_settings, ice_servers, messaging_limits, native_door_settings, retention
from tureen.server.push import OpenPush, PushNeeds, open_push
from tureen.server.room_chat import RoomChatBridge
from tureen.server.room_tickets import RoomTickets
from tureen.server.upkeep import keep_up
from tureen.signaling import SessionRegistry
from tureen.storage.attachments import SqlMessageFiles
from tureen.storage.calls import DatabaseCallStore
from tureen.storage.counted import CountedDatabase
from tureen.storage.database import Database
from tureen.storage.messaging import SqlMessagingStore
from tureen.storage.opening import open_database
from tureen.storage.people import SqlPeopleStore
from tureen.telemetry.metrics import Metrics


class PeopleServices(Struct, frozen=True, kw_only=True):
    """The parts of a running node that serve people, as far as the rest of it needs them."""

    routes: tuple[BaseRoute, ...]
    revocations: Revocations
    """For doors beside those of people, which use the same tokens."""
    room_chat: RoomChatBridge
    """For doors whose people write in rooms."""
    say_goodbye: Callable[[], None]
    """Ends every session, each with its last word; ``sockets`` tells when the last one has been said."""


class PeopleNeeds(Struct, frozen=True, kw_only=True):
    """What they are made from."""

    settings: Settings
    metrics: Metrics
    clock: Clock
    entropy: Entropy
    sockets: OpenSockets


class _Parts(Struct, frozen=True, kw_only=True):
    """What the packages of the domain share while they are put together."""

    needs: PeopleNeeds
    database: Database
    tasks: LoopTasks
    sessions: SessionRegistry
    people: People
    files: OpenAttachments
    push: OpenPush
    room_chat: RoomChatBridge


@asynccontextmanager
async def compose_people(needs: PeopleNeeds) -> AsyncIterator[PeopleServices]:
    """Starts the parts in the order of their needs; they stop in reverse when the context is left."""
    settings, clock = needs.settings, needs.clock
    async with AsyncExitStack() as stack:
        database = CountedDatabase(await stack.enter_async_context(open_database(database_url(settings))))
        tasks = LoopTasks(asyncio.get_running_loop())
        stack.push_async_callback(tasks.wait_until_none)
        door_settings = native_door_settings(settings)
        sessions = SessionRegistry(clock, needs.entropy, encode_frame, door_settings.sessions)
        store = SqlPeopleStore(database)
        revocations = await _revocations(store, clock, sessions)
        people = People(store, revocations, sessions, clock, tasks.start, call_waiting=settings.calls.call_waiting)
        parts = _Parts(
            needs=needs,
            database=database,
            tasks=tasks,
            sessions=sessions,
            people=people,
            files=await stack.enter_async_context(open_attachments(_attachment_needs(needs, database))),
            push=await stack.enter_async_context(open_push(_push_needs(needs, database, sessions))),
            room_chat=RoomChatBridge(tasks, revocations),
        )
        messaging = _messaging(parts, await stack.enter_async_context(open_before_publish(_hook_needs(parts))))
        parts.room_chat.use(messaging.handlers(), messaging.silenced_until)
        people.administration.attach(messaging)
        stack.push_async_callback(messaging.flush)
        calls = _calls(parts, messaging)
        messaging.attach(calls)
        await calls.restore()
        await stack.enter_async_context(_beside(keep_up(messaging, calls)))
        door = _door(parts, messaging, calls, structs.replace(door_settings, push_key=parts.push.public_key))
        stack.push_async_callback(door.stop)
        await stack.enter_async_context(_beside(door.keep_watch()))

        def say_goodbye() -> None:
            calls.close()
            sessions.close_all()

        stack.callback(say_goodbye)
        _show(needs.metrics, sessions, needs.sockets, database)
        bearers = Bearers(settings.keys, revocations, clock)
        routes = (
            *native_routes(door, needs.sockets),
            *parts.files.routes,
            *PeopleApi(people.administration, bearers).routes,
            *ConversationsApi(messaging, bearers, needs.entropy).routes,
            *ModerationApi(messaging, bearers, needs.entropy).routes,
            *CallsApi(calls, bearers).routes,
        )
        yield PeopleServices(routes=routes, revocations=revocations, room_chat=parts.room_chat, say_goodbye=say_goodbye)


async def _revocations(store: SqlPeopleStore, clock: Clock, sessions: SessionRegistry) -> Revocations:
    revocations = Revocations(store, clock)
    await revocations.load()
    sessions.use_revoked(revocations)
    revocations.attach(sessions)
    return revocations


def _attachment_needs(needs: PeopleNeeds, database: Database) -> AttachmentNeeds:
    return AttachmentNeeds(
        settings=needs.settings.attachments,
        database=database,
        clock=needs.clock,
        entropy=needs.entropy,
        folder=file_folder(),
    )


def _push_needs(needs: PeopleNeeds, database: Database, sessions: SessionRegistry) -> PushNeeds:
    return PushNeeds(
        settings=needs.settings.push,
        database=database,
        clock=needs.clock,
        entropy=needs.entropy,
        connected=sessions.devices,
    )


def _hook_needs(parts: _Parts) -> HookNeeds:
    return HookNeeds(
        settings=parts.needs.settings.hooks,
        keys=parts.needs.settings.keys,
        metrics=parts.needs.metrics,
        clock=parts.needs.clock,
        entropy=parts.needs.entropy,
        views=parts.files.service.views,
    )


def _messaging(parts: _Parts, before_publish: BeforePublish | None) -> MessagingService:
    return MessagingService(
        Outside(
            store=SqlMessagingStore(parts.database, SqlMessageFiles(parts.files.service.view)),
            mailroom=parts.sessions,
            directory=parts.people.directory,
            clock=parts.needs.clock,
            entropy=parts.needs.entropy,
            attachments=parts.files.service,
            before_publish=before_publish,
            push=parts.push.service,
            rooms=parts.room_chat,
            limits=messaging_limits(parts.needs.settings),
            retention=retention(parts.needs.settings),
        )
    )


def _calls(parts: _Parts, messaging: MessagingService) -> CallService:
    settings = parts.needs.settings
    return CallService(
        CallSurroundings(
            store=DatabaseCallStore(parts.database),
            clock=parts.needs.clock,
            entropy=parts.needs.entropy,
            tasks=parts.tasks,
            mailroom=parts.sessions,
            directory=parts.people.directory,
            push=parts.push.service,
            busy=parts.people.presence,
            trace=messaging,
            audience=messaging,
            tickets=RoomTickets(settings.keys, parts.needs.clock),
            ice_servers=ConfiguredIceServers(ice_servers(settings)),
            call_waiting=parts.people.call_waiting,
            settings=call_settings(settings),
        )
    )


def _door(parts: _Parts, messaging: MessagingService, calls: CallService, settings: NativeDoorSettings) -> NativeDoor:
    # Whoever is in a call is busy before others hear that they are there.
    for listener in (calls, parts.people.presence):
        parts.sessions.add_listener(listener)
    tables = (
        parts.people.handlers(),
        messaging.handlers(),
        calls.handlers(),
        parts.push.service.handlers(),
        parts.files.handlers(messaging),
    )
    knowledge = Knowledge(admission=parts.people, open_calls=calls, catch_up=messaging)
    return NativeDoor(parts.sessions, Dispatcher(tables), knowledge, parts.needs.clock, settings)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Something periodic goes on while this lasts."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _show(metrics: Metrics, sessions: SessionRegistry, sockets: OpenSockets, database: CountedDatabase) -> None:
    def sizes() -> Mapping[str, float]:
        return {"sessions": sessions.size, "sockets": sockets.count}

    def goodbyes() -> Mapping[str, float]:
        return {f"goodbyes_{reason.value}": count for reason, count in sessions.goodbyes.items()}

    def transactions() -> Mapping[str, float]:
        return {"storage_reads": database.reads, "storage_writes": database.writes}

    metrics.sample(sizes, rising=False, help_text="Open on this node now.")
    metrics.sample(goodbyes, rising=True, help_text="Connections that the native door closed, by reason.")
    metrics.sample(transactions, rising=True, help_text="Transactions that were asked of the database.")
