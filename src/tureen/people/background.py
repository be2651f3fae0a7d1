"""Work that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeAlias

Background: TypeAlias = Callable[[Coroutine[Any, Any, None]], object]
"""Runs it on the event loop, and logs what it raises. Whoever stops a node waits for it before closing the database."""
