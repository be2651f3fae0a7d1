"""What docs/reference/python-client.md shows is run as it stands, against a server."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from typing import Any

import pytest

from benches.tokens import person_token
from tests.interop.people import person, somebody
from tests.server import ROOT, TureenServer

PAGE = (ROOT / "docs" / "reference" / "python-client.md").read_text()
WITHIN_S = 60.0


async def run(code: str, names: dict[str, Any]) -> None:
    """With ``await`` at the top, as the page writes it."""
    compiled = compile(code, "python-client.md", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    done = eval(compiled, names)
    if inspect.isawaitable(done):
        await done


async def test_the_guide_to_the_python_client_does_what_it_shows(
    server: TureenServer, capsys: pytest.CaptureFixture[str]
) -> None:
    url, ada, robot = f"http://127.0.0.1:{server.port}", somebody("ada"), somebody("robot")
    page = PAGE.replace("http://localhost:7880", url).replace('"ada"', f'"{ada}"').replace("robot-1", "guide")
    first, *others = re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {"token": person_token(robot)}
    async with asyncio.timeout(WITHIN_S), person(url, ada):
        await run(first, names)
        async with person(url, robot, device="all-else") as client:
            names["client"] = client
            for code in others:
                await run(code, names)
    assert f"{robot} wrote Anybody there?" in capsys.readouterr().out
    assert len(others) == 7
