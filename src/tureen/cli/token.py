"""``tureen token``: tokens for trials and scripts. Applications issue their own with a LiveKit server SDK."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tureen.cli.errors import UsageError

if TYPE_CHECKING:
    from tureen.config.settings import Settings
    from tureen.model.grant import TrackSource

token_commands = typer.Typer(help="Access tokens.", no_args_is_help=True)

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@token_commands.command()
def create(
    room: Annotated[str | None, typer.Option(help="Room to join.")] = None,
    identity: Annotated[str, typer.Option(help="Who the bearer is; unique in the room.")] = "",
    name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    ttl: Annotated[str, typer.Option(help="Lifetime: 90s, 15m, 6h, 7d.")] = "6h",
    publish: Annotated[bool, typer.Option(help="May publish audio and video.")] = True,
    subscribe: Annotated[bool, typer.Option(help="May receive audio and video.")] = True,
    data: Annotated[bool | None, typer.Option("--data/--no-data", help="May send data; else as --publish.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Sources that may be published; none: all.")] = None,
    update_metadata: Annotated[bool, typer.Option("--update-metadata", help="May change its own metadata.")] = False,
    hidden: Annotated[bool, typer.Option("--hidden", help="Not shown to others.")] = False,
    agent: Annotated[bool, typer.Option("--agent", help="Joins as an agent.")] = False,
    admin: Annotated[bool, typer.Option("--admin", help="May administer the room.")] = False,
    create_rooms: Annotated[bool, typer.Option("--create-rooms", help="May create and delete rooms.")] = False,
    list_rooms: Annotated[bool, typer.Option("--list-rooms", help="May list rooms.")] = False,
    people: Annotated[bool, typer.Option("--people", help="A person: found, called and written to.")] = False,
    people_admin: Annotated[bool, typer.Option("--people-admin", help="The application, over HTTP.")] = False,
    metadata: Annotated[str, typer.Option(help="Metadata of the participant.")] = "",
    attribute: Annotated[list[str] | None, typer.Option(help="Attribute as name=value; may be repeated.")] = None,
    key: Annotated[str | None, typer.Option(help="Key to sign with; else the first one configured.")] = None,
    dev: Annotated[bool | None, typer.Option("--dev", help="Sign with devkey/secret.")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.", envvar="TUREEN_CONFIG")] = None,
) -> None:
    """Print a token."""
    import time

    from tureen.auth.tokens import issue_token
    from tureen.config.load import load_settings
    from tureen.model.grant import Grant, ParticipantKind, PeopleGrant, RoomGrant
    from tureen.model.ids import Identity, RoomName

    lifetime_s = _seconds(ttl)
    settings = load_settings({"dev": dev}, config)
    signing_key = _signing_key(settings, key)
    now = time.time()
    grant = Grant(
        identity=Identity(identity),
        api_key=signing_key,
        expires_at=now + lifetime_s,
        name=name,
        kind=ParticipantKind.AGENT if agent else ParticipantKind.STANDARD,
        metadata=metadata,
        attributes=dict(_attribute(text) for text in attribute or ()),
        room=RoomGrant(
            join=room is not None,
            room=RoomName(room) if room is not None else None,
            create=create_rooms,
            list=list_rooms,
            admin=admin,
            publish=publish,
            publish_sources=frozenset(_source(text) for text in source or ()),
            publish_data=publish if data is None else data,
            subscribe=subscribe,
            update_own_metadata=update_metadata,
            hidden=hidden,
            agent=agent,
        ),
        people=PeopleGrant(connect=people, admin=people_admin),
    )
    typer.echo(issue_token(grant, signing_key, settings.keys[signing_key], now, lifetime_s))


def _signing_key(settings: Settings, wanted: str | None) -> str:
    if wanted is None:
        return next(iter(settings.keys))
    if wanted not in settings.keys:
        raise UsageError(f'There is no key "{wanted}".', f"Configured keys: {', '.join(settings.keys)}.")
    return wanted


def _seconds(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,6})([smhd])", text)
    if found is None:
        raise UsageError(f'--ttl "{text}" is not a duration.', "Write a number and a unit: 90s, 15m, 6h, 7d.")
    return int(found[1]) * _UNITS_S[found[2]]


def _attribute(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f'--attribute "{text}" is not name=value.', "Write for example: --attribute role=host.")
    return name, value


def _source(text: str) -> TrackSource:
    from tureen.model.grant import TrackSource

    known = [source.value for source in TrackSource if source is not TrackSource.UNKNOWN]
    if text not in known:
        raise UsageError(f'--source "{text}" is not a source.', f"Choose among {', '.join(known)}.")
    return TrackSource(text)
