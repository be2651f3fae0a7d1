"""Files that are written from the program's own tables: anew, or compared, so that they cannot say otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def write_or_check(files: Mapping[Path, Callable[[], str]], source: str) -> int:
    """Writes them; with ``--check`` among the program's arguments it only names those that are not what it would write.

    ``source``: what they come from, for the message. The result is the exit code.
    """
    stale = 0
    for path, render in files.items():
        text = render()
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            print(f"{path.name} is not what {source} says. Run: make docs", file=sys.stderr)
            stale += 1
    return 1 if stale else 0
