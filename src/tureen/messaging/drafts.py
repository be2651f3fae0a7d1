"""What a message may be. Checked again after the application changed it."""

from __future__ import annotations

from msgspec import structs

from tureen.messaging.outside import Draft
from tureen.messaging.roster import Roster
from tureen.model.texts import NUL
from tureen.protocol.errors import CommandError, ErrorCode, invalid
from tureen.protocol.limits import MAX_CUSTOM_BYTES, MAX_TEXT_CHARACTERS
from tureen.protocol.resources import Custom


def check_draft(draft: Draft) -> None:
    """Raises `CommandError`."""
    if len(draft.text) > MAX_TEXT_CHARACTERS:
        raise CommandError(ErrorCode.TOO_LARGE, f"A text has at most {MAX_TEXT_CHARACTERS} characters.")
    if NUL in draft.text or (draft.custom is not None and NUL in draft.custom.kind):
        raise invalid("The text holds a NUL character.")
    check_custom(draft.custom)
    # An edited message may live on by its files alone; the store knows whether it has some.
    if draft.replaces is None and not (draft.text.strip() or draft.attachments or draft.custom):
        raise invalid("The message is empty.", "Send a text, attachments or custom content.")


def check_custom(custom: Custom | None) -> None:
    """Raises `CommandError`."""
    if custom is not None:
        check_json_size(bytes(custom.data))


def check_json_size(data: bytes) -> None:
    """Raises `CommandError`."""
    if len(data) > MAX_CUSTOM_BYTES:
        raise CommandError(ErrorCode.TOO_LARGE, f"The value is longer than {MAX_CUSTOM_BYTES} bytes of JSON.")


def with_members_mentioned(draft: Draft, roster: Roster) -> Draft:
    """Only members can be mentioned, once each; others are left out."""
    mentions = [user for user in dict.fromkeys(draft.mentions) if user in roster.seats]
    return draft if mentions == draft.mentions else structs.replace(draft, mentions=mentions)
