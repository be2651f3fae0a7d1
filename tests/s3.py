"""An S3 server of the test run's own: moto, on a port of loopback.

with S3Server.start() as server:
    objects = objects_in_s3(server.bucket("tureen-files"))
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from moto.server import ThreadedMotoServer

from tureen.auth.secret import Secret
from tureen.storage.objects import S3Settings

REGION = "us-east-1"
KEY_ID = "id"
KEY = "secret"


class S3Server(NamedTuple):
    """What it holds is in memory."""

    endpoint: str

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[S3Server]:
        """On a free port."""
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield cls(f"http://{host}:{port}")
        finally:
            server.stop()

    def bucket(self, name: str, prefix: str = "tureen") -> S3Settings:
        """A new one."""
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
        return S3Settings(
            bucket=name,
            prefix=prefix,
            endpoint=self.endpoint,
            region=REGION,
            access_key_id=KEY_ID,
            secret_access_key=Secret(KEY),
        )
