"""The one error of this package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct

from tureen.errors import TureenError


class Problem(Struct, frozen=True, kw_only=True):
    """One setting that cannot be used."""

    path: str
    """Dotted path in the tree (``rooms.empty_timeout_s``); empty if it concerns a whole source."""
    origin: str
    """Where the value came from: a flag, a variable of the environment, a file."""
    why: str
    """What is wrong with it, without the value if that may be secret."""
    fix: str
    """What to write instead."""

    def __str__(self) -> str:
        place = f"{self.path} ({self.origin})" if self.path else self.origin
        return f"{place}: {self.why} {self.fix}".rstrip()


class ConfigError(TureenError):
    """One or more settings cannot be used. Lists all of them, so that one edit can mend them together."""

    code: ClassVar[str] = "config_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """``problems``: at least one."""
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
