"""Who there is: people with tokens, and the conversations that they have before a server begins."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from benches.people.device import hello
from benches.tokens import person_token
from tureen.messaging.keys import direct_key, group_key
from tureen.messaging.records import NewConversation
from tureen.model.ids import ConversationId, UserId
from tureen.protocol.commands import Position
from tureen.protocol.resources import ConversationKind, MemberRole
from tureen.storage.messaging import SqlMessagingStore
from tureen.storage.opening import open_database

EPOCH = "bench"
_AT = 1_800_000_000_000
_AT_ONCE = 500


def user(number: int) -> UserId:
    """Somebody."""
    return UserId(f"user-{number:05}")


def greeting(number: int, device: str = "bench", positions: Sequence[Position] = ()) -> bytes:
    """What a device of theirs says first."""
    return hello(person_token(user(number)), device, positions)


def group(name: str, members: Sequence[int]) -> NewConversation:
    """Its first member owns it."""
    owner = user(members[0])
    roles = dict.fromkeys((user(number) for number in members), MemberRole.MEMBER)
    return NewConversation(
        id=ConversationId(f"CV_{name}"),
        kind=ConversationKind.GROUP,
        key=group_key(owner, name),
        title=name,
        epoch=EPOCH,
        created_by=owner,
        at=_AT,
        members={**roles, owner: MemberRole.OWNER},
    )


def direct(name: str, one: int, other: int) -> NewConversation:
    """Of two people."""
    return NewConversation(
        id=ConversationId(f"CV_{name}"),
        kind=ConversationKind.DIRECT,
        key=direct_key(user(one), user(other)),
        title="",
        epoch=EPOCH,
        created_by=user(one),
        at=_AT,
        members=dict.fromkeys((user(one), user(other)), MemberRole.MEMBER),
    )


async def settle(url: str, conversations: Sequence[NewConversation]) -> None:
    """Stores them, while no server runs on the database."""
    async with open_database(url) as database:
        store = SqlMessagingStore(database)
        for begin in range(0, len(conversations), _AT_ONCE):
            await asyncio.gather(*(store.make(new) for new in conversations[begin : begin + _AT_ONCE]))
