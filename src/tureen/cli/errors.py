"""What a person who types commands can mend."""

from __future__ import annotations

from tureen.errors import TureenError


class UsageError(TureenError):
    """An option that cannot be used."""

    code = "usage"


class NodeError(TureenError):
    """A node does not answer, or refuses."""

    code = "node"
