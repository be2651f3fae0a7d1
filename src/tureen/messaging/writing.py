"""Messages are written, edited, deleted, reacted to and reported."""

from __future__ import annotations

from tureen.messaging import keys
from tureen.messaging.asking import Asking
from tureen.messaging.desk import Desk, sent
from tureen.messaging.drafts import check_draft
from tureen.messaging.gate import Entry
from tureen.messaging.notices import Notices
from tureen.messaging.outside import Draft
from tureen.messaging.records import Act, Edit, Placed, Post, React
from tureen.messaging.roster import Roster
from tureen.model.actor import Actor
from tureen.model.ids import AttachmentId, MessageId, UserId
from tureen.ports import Handlers
from tureen.protocol.commands import MessageDelete, MessageEdit, MessageReact, MessageReport, MessageSend
from tureen.protocol.events import Posted
from tureen.protocol.replies import Done, Sent


class WritingDesk:
    """In this order: validate, authorise, ask the application, commit, publish; then acknowledge."""

    def __init__(self, desk: Desk, notices: Notices) -> None:
        self._desk = desk
        self._notices = notices
        self._asking = Asking(desk)

    def handlers(self) -> Handlers:
        """By type of command."""
        return {
            MessageSend: self.send,
            MessageEdit: self.edit,
            MessageDelete: self.delete,
            MessageReact: self.react,
            MessageReport: self.report,
        }

    async def send(self, actor: Actor, command: MessageSend) -> Sent:
        """What is acknowledged is stored."""
        entry = await self._enter(actor, command.conversation)
        draft = Draft(
            id=keys.message_id(entry.roster.id, actor.user, command.id),
            conversation=entry.roster.id,
            kind=entry.roster.kind,
            room=entry.roster.room,
            sender=actor.user,
            text=command.text,
            mentions=[UserId(user) for user in command.mentions],
            attachments=[AttachmentId(each) for each in dict.fromkeys(command.attachments)],
            reply_to=None if command.reply_to is None else MessageId(command.reply_to),
            thread=None if command.thread is None else MessageId(command.thread),
            custom=command.custom,
        )
        check_draft(draft)
        await self._desk.gate.check_reachable(actor.user, entry.roster)
        act = entry.of_command(command.id)
        if (before := await self._asking.placed(act)) is not None:
            return sent(command.id, act.conversation, before)
        placed = await self._post(act, await self._asking.ask(actor, draft, entry))
        await self._desk.publish(placed, entry.roster)
        if placed.event is not None:
            await self._desk.show(placed.revealed, act.conversation)
            await self._notices.tell(entry.roster, placed.event)
        return sent(command.id, act.conversation, placed)

    async def edit(self, actor: Actor, command: MessageEdit) -> Sent:
        """By its sender, of the version that they have seen."""
        entry = await self._enter(actor, command.conversation)
        draft = Draft(
            id=MessageId(command.message),
            conversation=entry.roster.id,
            kind=entry.roster.kind,
            room=entry.roster.room,
            sender=actor.user,
            text=command.text,
            mentions=[UserId(user) for user in command.mentions],
            custom=command.custom,
            replaces=MessageId(command.message),
        )
        check_draft(draft)
        await self._desk.gate.check_reachable(actor.user, entry.roster)
        act = entry.of_command(command.id)
        if (before := await self._asking.placed(act)) is not None:
            return sent(command.id, act.conversation, before)
        await self._asking.check_edit(act, draft, command.version)
        draft = await self._asking.ask(actor, draft, entry)
        placed = await self._desk.outside.store.edit(
            Edit(
                act=act,
                message=MessageId(command.message),
                version=command.version,
                text=draft.text,
                mentions=draft.mentions,
                custom=draft.custom,
            )
        )
        await self._desk.publish(placed, entry.roster)
        return sent(command.id, entry.roster.id, placed)

    async def delete(self, actor: Actor, command: MessageDelete) -> Sent:
        """By its sender, owners and moderators; the muted too."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        act = entry.of_command(command.id)
        placed = await self.delete_for(act, MessageId(command.message), entry.roster)
        return sent(command.id, act.conversation, placed)

    async def delete_for(self, act: Act, message: MessageId, roster: Roster | None = None) -> Placed:
        """The same, by whatever right."""
        placed = await self._desk.outside.store.delete(act, message)
        if placed.event is not None:
            self._desk.hot.scrub(act.conversation, message, placed.version, placed.at)
            await self._desk.publish(placed, roster)
        return placed

    async def react(self, actor: Actor, command: MessageReact) -> Sent:
        """What is there already, or gone, stays so without an event."""
        entry = await self._enter(actor, command.conversation)
        await self._desk.gate.check_reachable(actor.user, entry.roster)
        limits = self._desk.outside.limits
        placed = await self._desk.outside.store.react(
            React(
                act=entry.of_command(command.id),
                message=MessageId(command.message),
                label=command.label,
                on=command.on,
                max_labels=limits.labels_per_message,
                max_reactions=limits.reactions_per_message,
            )
        )
        await self._desk.publish(placed, entry.roster)
        return sent(command.id, entry.roster.id, placed)

    async def report(self, actor: Actor, command: MessageReport) -> Done:
        """Kept for those who look after the server (``GET /v1/moderation/reports``)."""
        entry = await self._desk.gate.enter(actor, command.conversation)
        await self._desk.outside.store.report(entry.act, MessageId(command.message), command.reason)
        return Done(id=command.id)

    async def _enter(self, actor: Actor, conversation: str) -> Entry:
        self._desk.gate.check_may_send(actor)
        entry = await self._desk.gate.enter(actor, conversation)
        entry.check_may_write()
        return entry

    async def _post(self, act: Act, draft: Draft) -> Placed:
        placed = await self._desk.outside.store.post(
            Post(
                act=act,
                id=keys.message_id(act.conversation, act.user, act.command or ""),
                text=draft.text,
                mentions=draft.mentions,
                attachments=draft.attachments,
                reply_to=draft.reply_to,
                thread=draft.thread,
                custom=draft.custom,
            )
        )
        assert placed.event is None or isinstance(placed.event.event, Posted)  # noqa: S101 - what a post leads to
        return placed
