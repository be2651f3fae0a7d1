"""Questions and answers about messages, as JSON."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field

from tureen.hooks.errors import Failure, HookError
from tureen.protocol.codec import check_depth_untrusted
from tureen.protocol.errors import CommandError
from tureen.protocol.limits import Id, Text
from tureen.protocol.resources import Attachment, ConversationKind, Custom

BEFORE_PUBLISH = "message.before_publish"


class AskedMessage(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody is about to write, or to put in place of what they wrote."""

    id: str
    conversation: str
    conversation_kind: ConversationKind
    room: str = ""
    sender: str
    edit: bool = False
    """The message is there already, and gets this content."""
    text: str = ""
    mentions: list[str] = []
    attachments: list[Attachment] = []
    reply_to: str | None = None
    thread: str | None = None
    custom: Custom | None = None


class Question(Struct, frozen=True, kw_only=True):
    """The first three fields are those of a webhook of LiveKit, whose receivers can check and read them."""

    event: str = BEFORE_PUBLISH
    id: str
    created_at: int = field(name="createdAt")
    """Unix seconds."""
    message: AskedMessage


class Publish(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="publish"):
    """As it is."""


class Rewrite(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="rewrite"):
    """With another content; what is absent stays."""

    text: Text | UnsetType = UNSET
    mentions: Annotated[list[Id], Meta(max_length=100)] | UnsetType = UNSET
    custom: Custom | UnsetType | None = UNSET


class Refuse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action", tag="refuse"):
    """Not at all."""

    reason: Annotated[str, Meta(max_length=500)] = ""
    """Shown to the author."""


Answer: TypeAlias = Publish | Rewrite | Refuse

_DECODER: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


def decode_answer_untrusted(raw: bytes) -> Answer:
    """Raises `HookError`, and nothing else."""
    try:
        check_depth_untrusted(raw)
        return _DECODER.decode(raw)
    except CommandError as error:
        raise HookError(Failure.BAD_ANSWER, error.message) from error
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        # Names of fields and types only; msgspec quotes no values but a wrong action.
        raise HookError(Failure.BAD_ANSWER, f"The answer cannot be used: {str(error)[:200]}.") from error
