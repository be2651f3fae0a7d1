"""What is kept for how long, and what is forgotten before."""

from __future__ import annotations

from tureen.messaging.desk import Desk
from tureen.messaging.outside import Outside
from tureen.messaging.records import Act
from tureen.messaging.writing import WritingDesk
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.errors import CommandError, ErrorCode
from tureen.protocol.events import ConversationGone
from tureen.protocol.resources import ConversationKind, MemberRole

_DAY_MS = 24 * 60 * 60 * 1000
_SLICE = 500
_SLICES = 20
_FORGET_PAGE = 100


class Keeper:
    """Deletes in bounded steps, each a transaction of its own, so that others' writes come in between."""

    def __init__(self, desk: Desk, writing: WritingDesk) -> None:
        self._desk = desk
        self._writing = writing

    async def purge(self) -> bool:
        """Deletes some of what is older than it may be. Returns whether there may be more: call again soon then."""
        outside, more = self._desk.outside, False
        for kind in ConversationKind:
            days = outside.retention.days(kind)
            if days > 0:
                more |= await self._purge_kind(outside, kind, outside.now() - days * _DAY_MS)
        for purge, days in (
            (outside.store.purge_audit, outside.retention.audit_days),
            (outside.store.purge_reports, outside.retention.report_days),
        ):
            if days > 0:
                more |= await purge(outside.now() - days * _DAY_MS, _SLICE) == _SLICE
        return more

    async def forget_user(self, user: UserId, moderator: UserId) -> int:
        """Deletes all that a user wrote, outside of legal holds, and tells the members. Returns how many messages.

        In the audit log it is one act of the moderator's.
        """
        after = count = 0
        while page := await self._desk.outside.store.written_by(user, after, _FORGET_PAGE):
            for number, conversation, message in page:
                after = number
                act = Act(
                    user=user,
                    conversation=conversation,
                    command=None,
                    at=self._desk.outside.now(),
                    authority=MemberRole.OWNER,
                )
                try:
                    await self._writing.delete_for(act, message)
                except CommandError as error:
                    # Someone else deleted it, or a hold was set, since the page was read.
                    if error.error_code not in (ErrorCode.GONE, ErrorCode.NOT_FOUND, ErrorCode.REJECTED):
                        raise
                else:
                    count += 1
        nowhere = ConversationId("")
        act = Act(user=moderator, conversation=nowhere, command=None, at=self._desk.outside.now())
        await self._desk.outside.store.forget_reports_of(act, user)
        return count

    async def delete_conversation(self, act: Act) -> None:
        """At once nobody is in it any more; then its history goes, and its files. Raises `CommandError`.

        Where that breaks off, the same act does the rest.
        """
        desk, conversation = self._desk, act.conversation
        members = await desk.outside.store.close(act)
        self._forget(conversation)
        desk.outside.mailroom.send_to_users(members, ConversationGone(conversation=conversation))
        while await desk.outside.store.erase(conversation, _SLICE) is not None:
            pass
        self._forget(conversation)

    def _forget(self, conversation: ConversationId) -> None:
        self._desk.rosters.handle_closed(conversation)
        self._desk.news.handle_left(conversation, None)
        self._desk.hot.forget(conversation)

    async def _purge_kind(self, outside: Outside, kind: ConversationKind, older_than: int) -> bool:
        for _ in range(_SLICES):
            gone = await outside.store.purge(kind, older_than, _SLICE)
            if gone is None:
                return False
            self._desk.rosters.handle_purged(gone.conversation, gone.floor_seq)
            self._desk.hot.forget(gone.conversation)
        return True
