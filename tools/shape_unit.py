"""What `shape` measures."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Unit(NamedTuple):
    """A file or a function."""

    language: str
    kind: str
    """``file`` or ``function``."""
    path: Path
    name: str
    """Of the function; empty for a file."""
    line: int
    lines: int
    complexity: int = 0
    """Cyclomatic; 0 where it is not measured."""
    constructor_parameters: int = 0

    @property
    def where(self) -> str:
        """For people and editors."""
        return f"{self.path}:{self.line}" + (f" {self.name}" if self.name else "")
