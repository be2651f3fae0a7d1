"""The order of a client's conversations: each event once, none left out."""

from __future__ import annotations

import enum

from tureen.protocol.commands import Position
from tureen.protocol.events import ConversationEvent, Gap
from tureen.protocol.limits import MAX_POSITIONS


class Verdict(enum.Enum):
    """What to do with an event that came."""

    TAKE = "take"
    DROP = "drop"
    """It was here before."""
    FILL = "fill"
    """Events before it are missing: ask for them first."""


class ConversationOrder:
    """Up to where each conversation was received. Remembers those with the latest events, at most `MAX_POSITIONS`."""

    def __init__(self, positions: list[Position]) -> None:
        """``positions``: of an earlier life of the program."""
        self._held: dict[str, Position] = {each.conversation: each for each in positions}

    @property
    def positions(self) -> list[Position]:
        """To be stated in the next ``hello``, and worth keeping over a restart."""
        return list(self._held.values())

    def position(self, conversation: str) -> Position | None:
        """Of one conversation."""
        return self._held.get(conversation)

    def judge(self, event: ConversationEvent) -> Verdict:
        """A conversation that is not known yet, or has begun a new history, begins with the event that came."""
        held = self._held.get(event.conversation)
        if held is None or held.epoch != event.epoch or event.seq == held.seq + 1:
            return Verdict.TAKE
        return Verdict.DROP if event.seq <= held.seq else Verdict.FILL

    def take(self, event: ConversationEvent) -> None:
        """The event has been handed on."""
        self._hold(Position(conversation=event.conversation, epoch=event.epoch, seq=event.seq))

    def jump(self, gap: Gap) -> None:
        """What is missing cannot be had any more: go on from the head."""
        self._hold(Position(conversation=gap.conversation, epoch=gap.epoch, seq=gap.head_seq))

    def forget(self, conversation: str) -> None:
        """One is no member any more."""
        self._held.pop(conversation, None)

    def _hold(self, position: Position) -> None:
        self._held.pop(position.conversation, None)
        self._held[position.conversation] = position
        if len(self._held) > MAX_POSITIONS:
            del self._held[next(iter(self._held))]
