"""What is shown once the server listens."""

from __future__ import annotations

import io
import re
from pathlib import Path

import segno
from rich.console import Console

from tureen.cli.banner import print_banner
from tureen.cli.room_name import friendly_room_name
from tureen.config.load import load_settings
from tureen.server.addresses import Listener

LOCAL = Listener(address="127.0.0.1", tls=False)
LAN = Listener(address="192.168.1.20", tls=True)


def shown(flags: dict[str, object], *listeners: Listener) -> str:
    out = io.StringIO()
    print_banner(load_settings(flags), listeners, "calm-stew-123", Console(file=out, width=100))
    return out.getvalue()


def test_in_development_the_link_and_the_key_pair() -> None:
    page = shown({"dev": True}, LOCAL)
    assert "http://localhost:7880/r/calm-stew-123" in page
    assert "ws://localhost:7880" in page
    assert re.search(r"devkey\s+secret: secret", page)
    assert "█" not in page


def test_on_the_local_network_a_code_for_phones() -> None:
    page = shown({"dev": True, "lan": True}, LOCAL, LAN)
    assert "https://192.168.1.20:7880/r/calm-stew-123" in page
    assert "wss://192.168.1.20:7880" in page
    assert "█" in page
    assert "self-signed" in page


def modules(page: str) -> list[list[bool]]:
    """The printed code, row by row, dark modules true; half blocks show two rows each, light where there is ink."""
    lines = [line for line in page.splitlines() if set(line.strip()) & set("█▀▄")]
    width = max(map(len, lines))
    rows = []
    for line in lines:
        cells = line.ljust(width)
        rows += [[cell not in "█▀" for cell in cells], [cell not in "█▄" for cell in cells]]
    return rows


def test_the_code_leads_where_the_link_does() -> None:
    printed = modules(shown({"dev": True, "lan": True}, LOCAL, LAN))
    expected = segno.make("https://192.168.1.20:7880/r/calm-stew-123", error="l", micro=False)
    quiet = [[bool(cell) for cell in row] for row in expected.matrix_iter(border=2)]
    # Two rows share a line; the odd one out has a dark partner below.
    assert printed[: len(quiet)] == quiet
    assert len(printed) <= len(quiet) + 1


def test_own_certificate_files_need_no_acceptance(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("")
    own = {"tls.certificate": str(tmp_path / "cert.pem"), "tls.key": str(tmp_path / "cert.pem")}
    page = shown({"dev": True, "lan": True, **own}, LOCAL, LAN)
    assert "https://192.168.1.20:7880" in page
    assert "self-signed" not in page


def test_own_keys_are_named_without_their_secrets() -> None:
    page = shown({"keys": "mine: hunter2", "dev": True}, LOCAL)
    assert "mine" in page
    assert "hunter2" not in page
    assert "devkey" not in page


def test_in_production_there_is_no_link_that_could_not_work() -> None:
    page = shown({"keys": "mine: hunter2"}, Listener(address="0.0.0.0", tls=False))
    assert "/r/" not in page
    assert "ws://localhost:7880" in page


def test_room_names_can_be_said_aloud() -> None:
    names = {friendly_room_name() for _ in range(50)}
    assert len(names) > 10
    assert all(re.fullmatch(r"[a-z]+-[a-z]+-[0-9]{3}", name) for name in names)
