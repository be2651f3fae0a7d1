"""The picture of ``tureen top``: rooms, people and their quality, as many as fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tureen.telemetry.overview import PersonOverview, RoomOverview, RoomsOverview, TrackOverview

_COLOURS = {"excellent": "green", "good": "yellow", "poor": "red", "lost": "bold red"}
_WORST_FIRST = ("lost", "poor", "good", "excellent")
_HEAD_LINES = 4
"""Title, blank, column heads and their rule."""
_SOURCES = {"camera": "cam", "microphone": "mic", "screen_share": "screen", "screen_share_audio": "screen sound"}


class View:
    """What was fetched together."""

    def __init__(self, rooms: RoomsOverview, details: Iterable[RoomOverview]) -> None:
        """``details``: of the rooms that are shown with their people."""
        self.rooms = rooms
        self.details = tuple(details)
        shown = {detail.room.name for detail in self.details}
        self.others = tuple(room for room in rooms.rooms if room.name not in shown)


class Place(NamedTuple):
    """How much room there is."""

    width: int
    height: int | None = None
    """Lines; ``None``: as many as it takes."""


def render(view: View, place: Place, problem: str = "") -> RenderableType:
    """The whole picture; what does not fit is counted, and columns that matter less give way first."""
    columns = [column for column in _COLUMNS if column.from_width <= place.width]
    table = Table(expand=True, box=None, pad_edge=False, header_style="dim")
    for column in columns:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        width = None if column.width else 1
        table.add_column(
            column.head, justify=justify, no_wrap=True, overflow="ellipsis", min_width=column.width, ratio=width
        )
    rows = [row for room in view.details for row in _room_rows(room)]
    shown = rows if place.height is None else rows[: max(1, place.height - _HEAD_LINES - bool(problem))]
    for cells, style in shown:
        table.add_row(*(cells[column.field] for column in columns), style=style)
    hidden = len(rows) - len(shown) + sum(1 + room.participants for room in view.others)
    parts: list[RenderableType] = [_title(view, hidden), Text(), table]
    if problem:
        parts.insert(1, Text(problem, style="bold red", no_wrap=True, overflow="ellipsis"))
    if not rows:
        parts.append(Text("No rooms.", style="dim"))
    return Group(*parts)


class _Column(NamedTuple):
    field: str
    head: str
    width: int = 0
    """At least; 0: shares what is left."""
    is_number: bool = True
    from_width: int = 0
    """Shown if the whole picture is so wide."""


_COLUMNS = (
    _Column("name", "Room / participant", is_number=False),
    _Column("quality", "Quality", 9, is_number=False),
    _Column("score", "Score", 5, from_width=120),
    _Column("round_trip", "RTT", 6),
    _Column("up", "Up", 6),
    _Column("up_loss", "Loss", 6),
    _Column("down", "Down", 6),
    _Column("down_loss", "Loss", 6),
    _Column("estimate", "Estimate", 8, from_width=90),
    _Column("receives", "Receives", 8, from_width=100),
    _Column("sends", "Sends", is_number=False, from_width=110),
)

_Cells = dict[str, str | Text]


def _title(view: View, hidden: int) -> Text:
    rooms, people = view.rooms.total_rooms, view.rooms.total_participants
    text = Text.assemble(
        ("tureen top", "bold #d9622b"), f"  {rooms} room{'s' * (rooms != 1)}, {people} participant{'s' * (people != 1)}"
    )
    if hidden:
        text.append(f"  ({hidden} lines more)", style="dim")
    return text


def _room_rows(overview: RoomOverview) -> Iterator[tuple[_Cells, str]]:
    room = overview.room
    cells: _Cells = dict.fromkeys((column.field for column in _COLUMNS), "")
    cells |= {"name": Text(room.name), "up": _rate(room.up), "down": _rate(room.down), "sends": f"{room.tracks} tracks"}
    yield cells, "bold"
    for person in sorted(overview.people, key=_by_quality):
        yield _person_cells(person), ""


def _by_quality(person: PersonOverview) -> tuple[int, float, str]:
    place = _WORST_FIRST.index(person.quality) if person.quality in _WORST_FIRST else len(_WORST_FIRST)
    return place, person.score or 0.0, person.identity


def _person_cells(person: PersonOverview) -> _Cells:
    quality = person.quality or person.state
    return {
        "name": Text(f"  {person.identity}" + (" (hidden)" if person.hidden else "")),
        "quality": Text(quality, style=_COLOURS.get(quality, "dim")),
        "score": _or_dash(person.score, "{:.1f}"),
        "round_trip": _or_dash(person.round_trip_ms, "{} ms"),
        "up": _rate(person.up.bitrate),
        "up_loss": _loss(person.up.loss),
        "down": _rate(person.down.bitrate),
        "down_loss": _loss(person.down.loss),
        "estimate": "-" if person.estimate is None else _rate(person.estimate),
        "receives": f"{person.receives}" + (f" ({person.paused} wait)" if person.paused else ""),
        "sends": Text(", ".join(_track(track) for track in person.tracks)),
    }


def _track(track: TrackOverview) -> str:
    """``cam VP8 0+1+2`` for three layers that flow; ``mic off`` for a muted one."""
    name = _SOURCES.get(track.source, track.kind)
    if track.muted:
        return f"{name} off"
    codecs = "/".join(codec.partition("/")[2] for codec in track.codecs)
    layers = "+".join(str(layer.layer) for layer in track.layers) if track.kind == "video" else ""
    return " ".join(part for part in (name, codecs, layers) if part)


def _rate(bitrate: int) -> str:
    if bitrate >= 1_000_000:
        return f"{bitrate / 1_000_000:.1f} M"
    return f"{bitrate / 1000:.0f} k"


def _loss(per_mille: float) -> str:
    return f"{per_mille / 10:.1f} %"


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
