"""Whether this node lives and whether it wants work."""

from __future__ import annotations

import enum
from typing import Protocol


class NodeState(enum.Enum):
    """The life of a node; it only moves forward."""

    STARTING = 1
    READY = 2
    DRAINING = 3
    """Keeps what it has, takes nothing new."""
    STOPPED = 4


class HealthPort(Protocol):
    """What the probes (and doors that refuse newcomers while draining) need to know."""

    @property
    def state(self) -> NodeState:
        """Where the node is in its life."""


class Health:
    """The state of this node, moved by the runtime."""

    def __init__(self) -> None:
        self._state = NodeState.STARTING

    @property
    def state(self) -> NodeState:
        """Where the node is in its life."""
        return self._state

    def move_to(self, state: NodeState) -> None:
        """Moves forward; an earlier state than the present one changes nothing."""
        if state.value > self._state.value:
            self._state = state
