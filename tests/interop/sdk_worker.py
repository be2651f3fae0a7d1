"""The child process in which scenarios run: the SDK carries libwebrtc, and what kills it must not take pytest along.

Orders come in as JSON lines, one answer line goes out for each; see `tests.interop.sdk`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import importlib
import json
import os
import sys
import traceback
from typing import Any

from tests.interop.sdk import Address


def _run(order: dict[str, Any]) -> str | None:
    """Runs one scenario to its end; returns the traceback if it failed."""
    try:
        found = getattr(importlib.import_module(order["module"]), order["name"])
        scenario = getattr(found, "scenario", found)
        asyncio.run(_bounded(scenario(Address(order["port"], order["room"])), order["deadline_s"]))
    except Exception:  # noqa: BLE001 - the parent process shows whatever it was
        return traceback.format_exc()
    return None


async def _bounded(scenario: Any, deadline_s: float) -> None:
    async with asyncio.timeout(deadline_s):
        await scenario


def main() -> None:
    """Serves orders until standard input ends."""
    faulthandler.enable()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever prints must not end up among the answers
    for line in sys.stdin:
        answers.write(json.dumps({"failure": _run(json.loads(line))}) + "\n")
    answers.flush()
    # The SDK's threads outlive their rooms by a moment; running finalizers under them proves nothing.
    os._exit(0)


if __name__ == "__main__":
    main()
