"""Files within the transactions of their messages: a message and its files are stored together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from tureen.messaging.records import Act
from tureen.model.ids import AttachmentId, MessageId
from tureen.protocol.errors import not_found
from tureen.protocol.resources import Attachment
from tureen.storage.script import Script


class MessageFiles(Protocol):
    """What the scripts of messages ask of the files' tables."""

    def claim(self, ids: Sequence[AttachmentId], act: Act, message: MessageId) -> Script[list[Attachment]]:
        """Gives files to the message that the act's user writes, all or none, and says how clients see them.

        Raises `CommandError` for what does not exist, is not the user's, is not ready, or belongs to another message.
        """

    def release(self, ids: Sequence[str]) -> Script[None]:
        """Their message refers to them no more."""


class NoFiles:
    """There are none."""

    def claim(self, ids: Sequence[AttachmentId], act: Act, message: MessageId) -> Script[list[Attachment]]:  # noqa: ARG002 - as the protocol says
        """Raises `CommandError` for any."""
        if ids:
            raise not_found("attachment")
        yield from ()
        return []

    def release(self, ids: Sequence[str]) -> Script[None]:  # noqa: ARG002 - as the protocol says
        """There is nothing to do."""
        yield from ()
