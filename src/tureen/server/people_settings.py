"""What the settings say to the parts that serve people."""

from __future__ import annotations

from tureen.calls.settings import CallSettings
from tureen.config.settings import Settings
from tureen.doors.native import NativeDoorSettings
from tureen.messaging.limits import MessagingLimits, Retention
from tureen.protocol.resources import IceServer
from tureen.signaling import SessionLimits


def native_door_settings(settings: Settings) -> NativeDoorSettings:
    """Of the door and its sessions."""
    sessions = settings.sessions
    return NativeDoorSettings(
        keys=settings.keys,
        catch_ups_at_once=sessions.catch_ups_at_once,
        sessions=SessionLimits(
            grace_s=sessions.grace_s,
            queue_bytes=sessions.queue_bytes,
            devices=sessions.devices,
            commands_per_second=sessions.commands_per_second,
            kept_replies_bytes=sessions.kept_replies_bytes,
        ),
    )


def call_settings(settings: Settings) -> CallSettings:
    """Of calls. A side may be away for as long as its device's session lasts."""
    calls = settings.calls
    return CallSettings(
        ring_s=calls.ring_s,
        connect_s=calls.connect_s,
        direct_s=calls.direct_s,
        reconnect_s=settings.sessions.grace_s,
        users_per_call=calls.users_per_call,
        history_days=calls.history_days,
    )


def ice_servers(settings: Settings) -> list[IceServer]:
    """For direct paths."""
    return [
        IceServer(
            urls=list(server.urls),
            username=server.username,
            credential="" if server.credential is None else server.credential.reveal(),
        )
        for server in settings.calls.ice_servers
    ]


def messaging_limits(settings: Settings) -> MessagingLimits:
    """Of conversations."""
    return MessagingLimits(groups_per_person=settings.conversations.groups_per_person)


def retention(settings: Settings) -> Retention:
    """Of messages, and of what moderators have."""
    kept, moderation = settings.messages, settings.moderation
    return Retention(
        direct_days=kept.direct_days,
        group_days=kept.group_days,
        room_days=kept.room_days,
        audit_days=moderation.audit_days,
        report_days=moderation.report_days,
    )
