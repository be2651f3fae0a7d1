"""The application is asked about what somebody is about to write, if it wants to be."""

from __future__ import annotations

from msgspec import structs

from tureen.messaging import rules
from tureen.messaging.desk import Desk
from tureen.messaging.drafts import check_draft, with_members_mentioned
from tureen.messaging.gate import Entry
from tureen.messaging.outside import Draft
from tureen.messaging.records import Act, Placed
from tureen.model.actor import Actor


class Asking:
    """Asks last, so that the application need not answer for what would be refused anyhow."""

    def __init__(self, desk: Desk) -> None:
        self._store = desk.outside.store
        self._before_publish = desk.outside.before_publish

    async def placed(self, act: Act) -> Placed | None:
        """Where the command led to before: of what is stored, nobody is asked again. None where nobody is asked."""
        return None if self._before_publish is None else await self._store.placed(act)

    async def check_edit(self, act: Act, draft: Draft, version: int) -> None:
        """What the store checks too, before anybody is asked. Raises `CommandError`."""
        if self._before_publish is not None and draft.replaces is not None:
            message = rules.check_message(await self._store.message(act.conversation, draft.replaces))
            rules.check_may_edit(act, message, version)

    async def ask(self, actor: Actor, draft: Draft, entry: Entry) -> Draft:
        """The draft as it is to be published. Raises `CommandError`."""
        if self._before_publish is not None:
            answer = await self._before_publish.before_publish(actor, draft)
            if answer is not draft:
                # Where it stands and whose it is, is not the application's to change.
                draft = structs.replace(draft, text=answer.text, mentions=answer.mentions, custom=answer.custom)
                check_draft(draft)
        return with_members_mentioned(draft, entry.roster)
