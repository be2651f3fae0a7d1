"""``tureen serve``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tureen.config.settings import Settings
    from tureen.server.addresses import Listener


def serve(
    dev: Annotated[
        bool | None, typer.Option("--dev", help="Development: key pair devkey/secret, login for all.")
    ] = None,
    lan: Annotated[bool | None, typer.Option("--lan", help="Serve the local network too, over HTTPS.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="Address to listen on; may be repeated.")] = None,
    port: Annotated[str | None, typer.Option(help="TCP and UDP port.  [default: 7880]", metavar="NUMBER")] = None,
    public_address: Annotated[
        list[str] | None, typer.Option("--public-addresses", help="Address that the world sees; may be repeated.")
    ] = None,
    tls_certificate: Annotated[
        str | None, typer.Option(help="PEM file with the certificate chain, for HTTPS.", metavar="FILE")
    ] = None,
    tls_key: Annotated[str | None, typer.Option(help="PEM file with its private key.", metavar="FILE")] = None,
    storage_url: Annotated[
        str | None,
        typer.Option(help="Database: sqlite:////folder/file.db or postgresql://user@host/name.", metavar="URL"),
    ] = None,
    drain_s: Annotated[
        str | None, typer.Option(help="Longest wait for sessions to end at shut-down.", metavar="SECONDS")
    ] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
    log_format: Annotated[str | None, typer.Option(help="auto, text or json.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="TOML file of settings.", envvar="TUREEN_CONFIG", show_default=False)
    ] = None,
) -> None:
    """Start the server.

    Every setting can also come from a TUREEN_... variable or from the file that --config names.
    """
    from tureen.config.load import load_settings

    settings = load_settings(
        {
            "dev": dev,
            "lan": lan,
            "host": ",".join(host) if host else None,
            "port": port,
            "public_addresses": ",".join(public_address) if public_address else None,
            "tls.certificate": tls_certificate,
            "tls.key": tls_key,
            "storage.url": storage_url,
            "drain_s": drain_s,
            "log.level": log_level,
            "log.format": log_format,
        },
        config,
    )
    raise typer.Exit(_run(settings))


def _run(settings: Settings) -> int:
    """Until it is stopped; the result is the exit code."""
    import contextlib
    import sys

    from tureen.cli.banner import print_banner
    from tureen.cli.room_name import friendly_room_name
    from tureen.server.runtime import serve as run

    def on_ready(listeners: Sequence[Listener]) -> None:
        # In a container, the log line says it all.
        if settings.dev or sys.stdout.isatty():
            # Rich leaves the program when nobody reads its output; a server has better things to do.
            with contextlib.suppress(SystemExit):
                print_banner(settings, listeners, friendly_room_name())

    return run(settings, on_ready)
