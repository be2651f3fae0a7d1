"""The child that is measured, or measured beside."""

from __future__ import annotations

import os
import subprocess
import sys

from benches.process import cpu_s, rss_kb
from tests.server import ROOT, free_port


class Server:
    """``benches.native_door.served`` as a process of its own, with what it spends."""

    def __init__(self, kind: str) -> None:
        """``kind``: ``door`` or ``bare``."""
        self.port = free_port()
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}/src:{ROOT}"}
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benches.native_door.served", kind, str(self.port)], cwd=ROOT, env=environment
        )

    def cpu_s(self) -> float:
        """Processor time so far, user and system."""
        return cpu_s(self._child.pid)

    def rss_kb(self) -> float:
        """Memory now."""
        return rss_kb(self._child.pid)

    def stop(self) -> None:
        """Ends it."""
        self._child.kill()
        self._child.wait()
