"""``/v1/conversations`` and ``/v1/messages``: history for programs, and messages that a server writes for somebody.

Whoever may see a conversation at the native door may read it here with the same token. The rest is the application's: a
token with ``people.admin`` (docs/reference/http-api.md). Every refusal is a `CommandError`.
"""

from __future__ import annotations

from typing import Annotated, Protocol, TypeVar

from msgspec import Meta, Struct, structs
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tureen.api.actors import actor_of, in_the_name_of
from tureen.api.error_responses import json_response
from tureen.api.query import integer_untrusted, text_untrusted
from tureen.api.request_body import read_command_untrusted
from tureen.messaging import MessagingService
from tureen.model.actor import Actor
from tureen.model.grant import Grant
from tureen.model.ids import ConversationId, UserId
from tureen.model.texts import NUL
from tureen.ports import Entropy
from tureen.protocol.commands import (
    Command,
    ConversationCreate,
    ConversationDirect,
    ConversationGet,
    ConversationRoom,
    HistoryGet,
    MessageSend,
)
from tureen.protocol.errors import invalid, not_found
from tureen.protocol.limits import MAX_BATCH, MAX_ID_CHARACTERS, MAX_PAGE, CommandId, Id, Name, Seq, Text
from tureen.protocol.replies import ConversationAnswered, Messages, Reply, Sent
from tureen.protocol.resources import ConversationKind, Custom, Message

MAX_BODY_BYTES = 128 * 1024

ReplyT = TypeVar("ReplyT", bound=Reply)


class Bearers(Protocol):
    """Checks the token of a request."""

    def grant_untrusted(self, request: Request) -> Grant:
        """Raises `CommandError`, and nothing else."""

    def application_untrusted(self, request: Request) -> Grant:
        """The same, for what only the application may do."""


class WrittenMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /v1/conversations/{id}/messages``."""

    sender: Id
    id: CommandId | None = None
    """Of the command: sent again, it is answered with the first message's place. Absent: every request writes anew."""
    text: Text = ""
    mentions: Annotated[list[Id], Meta(max_length=100)] = []
    attachments: Annotated[list[Id], Meta(max_length=20)] = []
    reply_to: Id | None = None
    thread: Id | None = None
    custom: Custom | None = None


class NewConversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``POST /v1/conversations``: for two with ``user``, of a room with ``room``, otherwise a group."""

    creator: Id
    kind: ConversationKind
    id: CommandId | None = None
    user: Id | None = None
    room: Annotated[str, Meta(min_length=1, max_length=256)] | None = None
    title: Name = ""
    users: Annotated[list[Id], Meta(max_length=MAX_BATCH)] = []


class Hold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``PUT /v1/conversations/{id}/hold``."""

    held: bool


class Place(Struct, frozen=True, kw_only=True):
    """Where a message stands."""

    conversation: str
    message: str
    epoch: str
    seq: Seq
    sent_at: int


class HistoryPage(Struct, frozen=True, kw_only=True):
    """Messages, oldest first."""

    messages: list[Message]
    more: bool
    """There are further ones in the direction that was asked for."""


class ConversationsApi:
    """Translates requests to commands."""

    def __init__(self, service: MessagingService, bearers: Bearers, entropy: Entropy) -> None:
        self._service = service
        self._handlers = service.handlers()
        self._bearers = bearers
        self._entropy = entropy

    @property
    def routes(self) -> list[BaseRoute]:
        """For the server to mount at its root."""
        return [
            Route("/v1/conversations", self.make, methods=["POST"]),
            Route("/v1/conversations/{conversation}", self.one, methods=["GET"]),
            Route("/v1/conversations/{conversation}", self.delete, methods=["DELETE"]),
            Route("/v1/conversations/{conversation}/messages", self.history, methods=["GET"]),
            Route("/v1/conversations/{conversation}/messages", self.write, methods=["POST"]),
            Route("/v1/conversations/{conversation}/hold", self.hold, methods=["PUT"]),
            Route("/v1/messages", self.forget, methods=["DELETE"]),
        ]

    async def one(self, request: Request) -> Response:
        """A `Conversation`, as the bearer sees it."""
        actor = actor_of(self._bearers.grant_untrusted(request))
        command = ConversationGet(id=self._id(None), conversation=conversation_untrusted(request))
        return json_response((await self._do(actor, command, ConversationAnswered)).conversation)

    async def delete(self, request: Request) -> Response:
        """Deletes it with all that is in it."""
        grant = self._bearers.application_untrusted(request)
        conversation = ConversationId(conversation_untrusted(request))
        await self._service.delete_conversation(UserId(grant.identity), conversation)
        return json_response({"deleted": True})

    async def history(self, request: Request) -> Response:
        """A `HistoryPage`."""
        actor = actor_of(self._bearers.grant_untrusted(request))
        command = HistoryGet(
            id=self._id(None),
            conversation=conversation_untrusted(request),
            before=integer_untrusted(request, "before", 0, 2**53),
            after=integer_untrusted(request, "after", 0, 2**53),
            thread=text_untrusted(request, "thread", MAX_ID_CHARACTERS),
            limit=integer_untrusted(request, "limit", 1, MAX_PAGE) or 50,
        )
        reply = await self._do(actor, command, Messages)
        return json_response(HistoryPage(messages=reply.messages, more=reply.more))

    async def write(self, request: Request) -> Response:
        """The `Place` of a message in somebody's name, who must be a member as for any message of their own."""
        grant = self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, WrittenMessage, MAX_BODY_BYTES)
        command = MessageSend(
            id=self._id(body.id),
            conversation=conversation_untrusted(request),
            text=body.text,
            mentions=body.mentions,
            attachments=body.attachments,
            reply_to=body.reply_to,
            thread=body.thread,
            custom=body.custom,
        )
        sent = await self._do(in_the_name_of(grant, body.sender), command, Sent)
        place = Place(
            conversation=sent.conversation,
            message=sent.message,
            epoch=sent.epoch,
            seq=sent.seq,
            sent_at=sent.sent_at,
        )
        return json_response(place, 201)

    async def make(self, request: Request) -> Response:
        """The `Conversation` that somebody has, or is given."""
        grant = self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, NewConversation, MAX_BODY_BYTES)
        actor = in_the_name_of(grant, body.creator)
        if body.kind is ConversationKind.ROOM:
            # The application is not asked for a token to join; the one in whose name it acts becomes a member.
            actor = structs.replace(actor, grant=grant)
        reply = await self._do(actor, self._command(body), ConversationAnswered)
        return json_response(reply.conversation, 201)

    async def hold(self, request: Request) -> Response:
        """Sets or lifts a legal hold."""
        grant = self._bearers.application_untrusted(request)
        body = await read_command_untrusted(request, Hold, MAX_BODY_BYTES)
        conversation = ConversationId(conversation_untrusted(request))
        await self._service.hold(UserId(grant.identity), conversation, held=body.held)
        return json_response({"held": body.held})

    async def forget(self, request: Request) -> Response:
        """Deletes all that ``sender`` wrote."""
        grant = self._bearers.application_untrusted(request)
        sender = text_untrusted(request, "sender", MAX_ID_CHARACTERS)
        if not sender:
            raise invalid("The parameter sender is missing.", "Name whose messages are to be deleted.")
        moderator = UserId(grant.identity)
        return json_response({"deleted": await self._service.forget_user(UserId(sender), moderator)})

    def _command(self, body: NewConversation) -> Command:
        if body.kind is ConversationKind.GROUP:
            return ConversationCreate(id=self._id(body.id), title=body.title, users=body.users)
        if body.kind is ConversationKind.DIRECT and body.user is not None:
            return ConversationDirect(id=self._id(body.id), user=body.user)
        if body.kind is ConversationKind.ROOM and body.room is not None:
            return ConversationRoom(id=self._id(body.id), room=body.room)
        raise invalid(f"A {body.kind.value} conversation needs another field.", "Name user or room.")

    async def _do(self, actor: Actor, command: Command, kind: type[ReplyT]) -> ReplyT:
        reply = await self._handlers[type(command)](actor, command)
        if not isinstance(reply, kind):
            raise TypeError(f"A command was answered by {type(reply).__name__}.")
        return reply

    def _id(self, given: str | None) -> str:
        return given or f"http-{self._entropy.token(20)}"


def conversation_untrusted(request: Request) -> str:
    """The path's id. Raises `CommandError`."""
    conversation: str = request.path_params["conversation"]
    if len(conversation) > MAX_ID_CHARACTERS or NUL in conversation:
        raise not_found("conversation")
    return conversation
