"""Commands to handlers: one table for all domain packages, and what every command must pass before it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import structlog

from tureen.model.actor import Actor
from tureen.ports import Handler, Handlers
from tureen.protocol.commands import Command, conversations, messages
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.replies import Failed, Reply
from tureen.signaling.guests import is_guest
from tureen.storage.errors import StorageBusyError, StorageError, refusal_of

_log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)

_GUEST_MODULES = frozenset({conversations.__name__, messages.__name__})
"""What a token that only joins a room may ask for; the handlers look at which room it is."""


class Dispatcher:
    """The merged table."""

    def __init__(self, tables: Iterable[Handlers]) -> None:
        """Raises `ValueError` where two tables answer the same command: a mistake of the composition."""
        self._handlers: dict[type[Command], Handler] = {}
        for table in tables:
            for command, handler in table.items():
                if command in self._handlers:
                    raise ValueError(f"{command.__name__} has two handlers.")
                self._handlers[command] = handler

    async def carry_out(self, actor: Actor, command: Command) -> Reply:
        """The reply, whatever happens: handlers' mistakes are logged and answered ``internal``."""
        try:
            return await self._handler(actor, command)(actor, command)
        except CommandError as error:
            return failed(command.id, error)
        except Exception as error:  # noqa: BLE001 - a mistake in one handler harms its own command only
            return failed(command.id, storage_refusal(error) or _defect(actor, command))

    def _handler(self, actor: Actor, command: Command) -> Handler:
        kind = type(command)
        if is_guest(actor.grant) and kind.__module__ not in _GUEST_MODULES:
            raise CommandError(
                ErrorCode.FORBIDDEN,
                "This token joins a room; it does not make its bearer a person here.",
                "Ask the application for a token with people.connect.",
            )
        handler = self._handlers.get(kind)
        if handler is None:
            raise CommandError(ErrorCode.UNAVAILABLE, "This command is not built into this server.")
        return handler


def storage_refusal(error: Exception) -> CommandError | None:
    """What a client is told where the database is busy or fails; None: it is another failure.

    That it fails is logged; being busy passes.
    """
    if not isinstance(error, StorageError):
        return None
    refusal = refusal_of(error)
    if refusal is not None and not isinstance(error, StorageBusyError):
        _log.warning("the database fails", code=error.code, reason=str(error))
    return refusal


def _defect(actor: Actor, command: Command) -> CommandError:
    """Within the handler of the exception, which is logged."""
    correlation = secrets.token_hex(6)
    _log.exception("command failed", command=type(command).__name__, user=actor.user, correlation=correlation)
    return CommandError(ErrorCode.INTERNAL, f"The server failed on this command ({correlation}).", "Tell the operator.")


def failed(command_id: str, error: CommandError) -> Failed:
    """The reply that tells of an error."""
    return Failed(
        id=command_id,
        code=error.error_code,
        message=error.message,
        hint=error.hint,
        retryable=error.meaning.retryable,
        retry_after_ms=error.retry_after_ms,
    )
