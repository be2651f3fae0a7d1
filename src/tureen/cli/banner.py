"""What ``tureen serve`` shows once it listens: where to click, what to give an SDK."""

from __future__ import annotations

import io
from collections.abc import Sequence

import segno
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tureen.auth.secret import Secret
from tureen.config.settings import DEV_KEY, DEV_SECRET, Settings
from tureen.server.addresses import Listener, in_url
from tureen.server.version import package_version


def print_banner(settings: Settings, listeners: Sequence[Listener], room: str, console: Console | None = None) -> None:
    """Prints to standard output. ``room``: the one that the links lead to."""
    console = console or Console(highlight=False, soft_wrap=True)
    local = _local_origin(settings, listeners)
    lan = _lan_origin(settings, listeners)
    console.print()
    console.print(Text.assemble(("  Tureen", "bold #d9622b"), (f"  {package_version()}", "dim"), "  is ready"))
    console.print()
    console.print(_rows(settings, local, lan, room))
    if settings.dev and lan:
        console.print()
        console.print(Text(_qr_code(f"{lan}/r/{room}")), soft_wrap=True)
        if lan.startswith("https") and settings.tls.certificate is None:
            console.print("  A self-signed certificate has to be accepted once on each device.", style="dim")
    console.print()
    console.print("  Ctrl+C stops the server; a second time stops it at once.", style="dim")
    console.print()


def _rows(settings: Settings, local: str | None, lan: str | None, room: str) -> Table:
    rows = Table.grid(padding=(0, 0, 0, 2))
    rows.add_column(style="dim", min_width=10)
    if settings.dev:
        rows.add_row("Meet", _link(f"{local or lan}/r/{room}"))
    if settings.dev and lan and local:
        rows.add_row("On a phone", _link(f"{lan}/r/{room}"))
    for origin in filter(None, (local, lan)):
        rows.add_row("SDK URL", origin.replace("http", "ws", 1))
    if settings.keys == {DEV_KEY: Secret(DEV_SECRET)}:
        rows.add_row("API key", f"{DEV_KEY}   secret: {DEV_SECRET}")
    else:
        rows.add_row("API keys", ", ".join(settings.keys))
    return rows


def _local_origin(settings: Settings, listeners: Sequence[Listener]) -> str | None:
    for listener in listeners:
        if listener.is_loopback or listener.is_wildcard:
            return f"{'https' if listener.tls else 'http'}://localhost:{settings.port}"
    return None


def _lan_origin(settings: Settings, listeners: Sequence[Listener]) -> str | None:
    for listener in listeners:
        if not (listener.is_loopback or listener.is_wildcard):
            return f"{'https' if listener.tls else 'http'}://{in_url(listener.address)}:{settings.port}"
    return None


def _link(url: str) -> Text:
    return Text(url, style=f"bold link {url}")


def _qr_code(url: str) -> str:
    """Two modules per character cell, light on dark as terminals are; readers cope with either."""
    out = io.StringIO()
    segno.make(url, error="l", micro=False).terminal(out=out, compact=True, border=2)
    return out.getvalue()
