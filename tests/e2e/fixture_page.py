"""The web app's screens without a server: a meeting made of nothing but state, with as many people as a test wants.

``web/fixtures`` is built as the web app is and served under the same content security policy.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.server import HOST, ROOT
from tureen.server.response_headers import PAGE_POLICY

WEB = ROOT / "web"


def build_fixture_pages(folder: Path) -> None:
    """Builds into ``folder``; skips the test where the web app's packages are not installed."""
    npm = shutil.which("npm")
    if npm is None or not (WEB / "node_modules").exists():
        pytest.skip("no packages of the web app: make setup")
    command = [npm, "run", "--silent", "build:fixtures", "--", "--outDir", str(folder)]
    subprocess.run(command, cwd=WEB, check=True)


class FixturePages:
    """Where the built pages are."""

    def __init__(self, url: str) -> None:
        """Without a path."""
        self._url = url

    def of(self, people: int, **wishes: str | int) -> str:
        """The address of a meeting; ``wishes`` are described in ``web/fixtures/main.tsx``."""
        return f"{self._url}/index.html?{urlencode({'people': people, **wishes})}"


@contextmanager
def serve_fixture_pages(folder: Path) -> Iterator[FixturePages]:
    """Serves what `build_fixture_pages` built."""
    with ThreadingHTTPServer((HOST, 0), partial(_Handler, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield FixturePages(f"http://{HOST}:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/favicon.ico":  # browsers ask for it by themselves and complain when there is none
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", PAGE_POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class's)
        """Says nothing: a test's output is for what went wrong."""
