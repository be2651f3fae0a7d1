"""``tureen top``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tureen.cli.errors import NodeError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from tureen.auth.secret import Secret
    from tureen.cli.node_client import NodeClient
    from tureen.cli.top_screen import View

_LOOK_S = 0.2
"""How soon a key or another size of the window is noticed."""
_PAGE_WIDTH = 140
"""Where the output is no terminal."""
_SHOWN_ROOMS = 20
"""Most rooms whose people are asked for."""


def top(
    url: Annotated[str, typer.Option(help="Address of the server.")] = "http://localhost:7880",
    room: Annotated[str | None, typer.Option(help="Only this room.")] = None,
    interval: Annotated[float, typer.Option(help="Seconds between two looks.", min=0.5, max=60.0)] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="Print one picture and end.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything once, as JSON.")] = False,
    api_key: Annotated[str | None, typer.Option(help="Key of the server; else the first one configured.")] = None,
    api_secret: Annotated[str | None, typer.Option(help="Its secret; others on this machine may see it here.")] = None,
    dev: Annotated[bool | None, typer.Option("--dev", help="Use devkey/secret.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.", envvar="TUREEN_CONFIG")] = None,
) -> None:
    """Show rooms, people and how well they are connected.

    The worst connected come first. Press q to end.
    """
    from tureen.cli.node_client import NodeClient

    client = NodeClient(url, *_credentials(api_key, api_secret, dev=dev, config=config))
    if as_json:
        _print_json(_fetch(client, room))
        return
    from rich.console import Console

    console = Console(highlight=False)
    if once or not console.is_terminal:
        from tureen.cli.top_screen import Place, render

        if not console.is_terminal:
            console = Console(highlight=False, width=_PAGE_WIDTH)
        console.print(render(_fetch(client, room), Place(console.width)))
        return
    _watch(client, room, interval, console)


def _credentials(key: str | None, secret: str | None, *, dev: bool | None, config: Path | None) -> tuple[str, Secret]:
    from tureen.auth.secret import Secret
    from tureen.config.load import load_settings

    if key is not None and secret is not None:
        return key, Secret(secret)
    if secret is not None:
        raise UsageError("--api-secret has no key.", "Give --api-key too.")
    keys = load_settings({"dev": dev}, config).keys
    name = next(iter(keys)) if key is None else key
    if name not in keys:
        raise UsageError(f'There is no key "{name}".', "Give --api-secret too, or configure the key.")
    return name, keys[name]


def _fetch(client: NodeClient, only: str | None) -> View:
    """Raises `NodeError`."""
    from tureen.cli.top_screen import View

    rooms = client.rooms()
    names = [room.name for room in rooms.rooms[:_SHOWN_ROOMS]] if only is None else [only]
    return View(rooms, [details for name in names if (details := client.room(name)) is not None])


def _print_json(view: View) -> None:
    import msgspec

    content = {
        "rooms": view.details,
        "total_rooms": view.rooms.total_rooms,
        "total_participants": view.rooms.total_participants,
    }
    typer.echo(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())


def _watch(client: NodeClient, only: str | None, interval: float, console: Console) -> None:
    """Until ``q`` or Ctrl+C. A server that goes away for a while may come back."""
    import contextlib

    from rich.live import Live

    from tureen.cli.keyboard import Keyboard
    from tureen.cli.top_screen import Place, render

    view, problem = _fetch(client, only), ""
    with (
        contextlib.suppress(KeyboardInterrupt),
        Keyboard() as keyboard,
        Live(console=console, screen=True, auto_refresh=False) as live,
    ):
        while True:
            size = console.size
            live.update(render(view, Place(size.width, size.height), problem), refresh=True)
            next_look = time.monotonic() + interval
            while time.monotonic() < next_look and console.size == size:
                if "q" in keyboard.wait(_LOOK_S).lower():
                    return
            try:
                view, problem = _fetch(client, only), ""
            except NodeError as error:
                problem = str(error)
