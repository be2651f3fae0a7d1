"""What the tests need of a browser's window, whichever browser it is."""

from __future__ import annotations

from typing import Any, Protocol


class Window(Protocol):
    """A page of the web app that can be asked things."""

    async def ask(self, function: str, argument: object = None) -> Any:
        """The value of a JavaScript function of one argument, a promise awaited; both cross as JSON."""
