"""Conversations of a few people, as the store is told of them."""

from __future__ import annotations

from collections.abc import Sequence

from tureen.messaging import MessagingStore
from tureen.messaging.records import (
    Act,
    Membership,
    NewConversation,
    Post,
    RosterRecord,
)
from tureen.model.ids import ConversationId, MessageId, UserId
from tureen.protocol.resources import (
    ConversationKind,
    MemberRole,
)

ANN, BOB, CID, DORA, EVE = (UserId(name) for name in ("ann", "bob", "cid", "dora", "eve"))
ONE = ConversationId("CV_1")


def act(user: UserId, command: str | None = None, *, at: int = 10, conversation: ConversationId = ONE) -> Act:
    return Act(user=user, conversation=conversation, command=command, at=at)


def post(user: UserId, command: str, text: str = "hello", *, at: int = 10, mentions: Sequence[UserId] = ()) -> Post:
    return Post(act=act(user, command, at=at), id=MessageId(f"MS_{command}"), text=text, mentions=list(mentions))


async def make(
    store: MessagingStore,
    *members: UserId,
    conversation: ConversationId = ONE,
    kind: ConversationKind = ConversationKind.GROUP,
    key: str = "",
    owner: UserId = ANN,
    max_groups: int | None = None,
) -> tuple[RosterRecord, Membership | None]:
    return await store.make(
        NewConversation(
            id=conversation,
            kind=kind,
            key=key or f"key {conversation}",
            title="soup",
            epoch="e1",
            created_by=owner,
            at=1,
            members={owner: MemberRole.OWNER, **dict.fromkeys(members, MemberRole.MEMBER)},
            command="make",
            tell=kind is ConversationKind.GROUP,
            max_groups=max_groups,
        )
    )
