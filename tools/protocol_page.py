"""The native door's reference page."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from msgspec import inspect as types

from tools.protocol_shapes import (
    Field,
    Shape,
    commands,
    delivery,
    doc_of,
    enums,
    events,
    member_docs,
    parts,
    replies,
    reply_to,
)
from tureen.doors.native.settings import NativeDoorSettings
from tureen.protocol import limits
from tureen.protocol.errors import MEANINGS
from tureen.signaling import CLOSE_MEANINGS
from tureen.signaling.command_rates import BURST_S, COSTS, DEVICES
from tureen.signaling.kept_replies import KEEP_PER_DEVICE, KEEP_S

PROSE = Path(__file__).parent / "protocol_page.md"
"""What is told and not listed; ``{{...}}`` stands for a part that is generated."""

GROUPS = {
    "session": "The connection",
    "people": "People, presence, contacts, push",
    "calls": "Calls",
    "conversations": "Conversations",
    "messages": "Messages",
}
"""By module of the commands."""


def render() -> str:
    """The whole page."""
    page = PROSE.read_text()
    filled = {
        "numbers": numbers(),
        "costs": costs(),
        "close codes": close_codes(),
        "errors": errors(),
        "commands": "\n".join(command_groups()),
        "replies": "\n".join(section(each) for each in replies()),
        "events": "\n".join(event_section(each) for each in events()),
        "parts": "\n".join(section(each, named=True) for each in parts()),
        "enums": "\n".join(enum_section(each) for each in enums()),
    }
    for name, text in filled.items():
        page = page.replace("{{" + name + "}}", text.strip())
    return page


def numbers() -> str:
    """The bounds of the wire and of a connection."""
    settings = NativeDoorSettings(keys={})
    rows = [
        ("Largest command", f"{limits.MAX_FRAME_BYTES} bytes"),
        ("Deepest nesting of JSON", f"{limits.MAX_JSON_DEPTH}"),
        ("Positions in one `hello`", f"{limits.MAX_POSITIONS}"),
        ("Commands of one connection that are carried out at a time", f"{settings.commands_at_once}"),
        ("Commands in a row that may be refused before the connection is closed", f"{settings.refusals}"),
        ("Replies that are kept for repeated commands, per device", f"{KEEP_PER_DEVICE}, for {KEEP_S:.0f} s"),
        ("Bytes that may wait for one connection (`sessions.queue_bytes`)", f"{settings.sessions.queue_bytes}"),
        ("Grace after a lost connection (`sessions.grace_s`)", f"{settings.sessions.grace_s:g} s"),
        ("Time for a fresh token after the old one expired", f"{settings.sessions.token_leeway_s:g} s"),
    ]
    return table(("Bound", "Value"), rows)


def costs() -> str:
    """What commands cost."""
    tags = {each.kind: each.tag for each in commands()}
    rows = [(f"`{tags[kind]}`", f"{cost:g}") for kind, cost in COSTS.items() if kind in tags]
    rate = NativeDoorSettings(keys={}).sessions.commands_per_second
    head = (
        f"A device may send {rate:g} ordinary commands per second (`sessions.commands_per_second`), after a silence "
        f"{BURST_S:g} s' worth at once; a person's devices together may send {DEVICES:g} times as many. "
        "An ordinary command costs 1; these cost something else:\n\n"
    )
    return head + table(("Command", "Cost"), rows)


def errors() -> str:
    """Codes and meanings."""
    rows = [
        (f"`{code.value}`", "yes" if meaning.retryable else "no", str(meaning.status), _plain(meaning.text))
        for code, meaning in MEANINGS.items()
    ]
    return table(("Code", "Worth another try", "HTTP status", "Meaning"), rows)


def close_codes() -> str:
    """Codes of the closing frame."""
    return table(("Code", "Meaning"), [(f"{code.value}", meaning) for code, meaning in CLOSE_MEANINGS.items()])


def command_groups() -> Iterator[str]:
    """All commands, by subject."""
    for module, title in GROUPS.items():
        yield f"### {title}\n"
        for each in commands():
            if each.kind.__module__.rpartition(".")[2] == module:
                reply = reply_to(each)
                yield section(each, f"Answered by [`{reply.tag}`](#{anchor(reply)}).")


def event_section(each: Shape) -> str:
    """One event."""
    return section(each, f"Delivery class: *{delivery(each)}*.")


def section(each: Shape, after: str = "", *, named: bool = False) -> str:
    """Heading, what it means, and its fields."""
    parts_of_it = [f"#### {heading(each, named=named)}\n", _plain(each.doc) + "\n"]
    if after:
        parts_of_it.append(after + "\n")
    if each.tag_field == "kind":
        parts_of_it.append(f"Its `kind` is `{each.tag}`.\n")
    rows = [
        (f"`{field.name}`", kind_text(field.type), default_text(field), _plain(field.doc, one_line=True))
        for field in each.fields
        if field.name != "id" or each.tag_field != "type"
    ]
    if rows:
        parts_of_it.append(table(("Field", "Type", "Default", "Meaning"), rows))
    return "\n".join(parts_of_it)


def heading(each: Shape, *, named: bool = False) -> str:
    """By its type on the wire, or by the name of its shape."""
    return each.name if named or not each.tag else f"{each.tag}{_suffix(each)}"


def anchor(each: Shape) -> str:
    """Where its heading is."""
    return heading(each).lower().replace(".", "").replace(" ", "-")


def enum_section(kind: type[enum.Enum]) -> str:
    """One set of names."""
    docs = member_docs(kind)
    rows = [(f"`{member.value}`", _plain(docs.get(member.name, ""), one_line=True)) for member in kind]
    return f"#### {kind.__name__}\n\n{_plain(doc_of(kind))}\n\n{table(('Value', 'Meaning'), rows)}"


def kind_text(info: types.Type) -> str:
    """A type with its bounds, for people."""
    match info:
        case types.StrType():
            return "text" + _bounds(info.min_length, info.max_length, "characters")
        case types.IntType():
            return "number" + _bounds(info.ge, info.le, "")
        case types.FloatType():
            return "number"
        case types.BoolType():
            return "true or false"
        case types.EnumType() | types.StructType():
            return f"[{info.cls.__name__}](#{_link(info.cls)})"
        case types.RawType() | types.AnyType():
            return "any JSON"
        case types.DictType():
            return f"object of {kind_text(info.value_type)}"
        case types.ListType():
            return f"list{_bounds(info.min_length, info.max_length, 'entries')} of {kind_text(info.item_type)}"
        case types.UnionType():
            return " or ".join("null" if isinstance(each, types.NoneType) else kind_text(each) for each in info.types)
    raise TypeError(f"{info} has no name")


def default_text(field: Field) -> str:
    """As JSON; empty where it is required."""
    return "" if field.required else f"`{json.dumps(field.default)}`"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Cells with bars between them."""
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n" for cells in lines)


def _suffix(each: Shape) -> str:
    """Some names are used by a command, a reply and an event."""
    same = [other for other in (*commands(), *replies(), *events()) if other.tag == each.tag]
    if len(same) == 1:
        return ""
    kinds = {shape.kind: word for word, shapes in _WORDS.items() for shape in shapes()}
    return f" ({kinds[each.kind]})"


_QUOTED = re.compile(r"(?<!`)`(\w+)`(?!`)")
_WORDS = {"command": commands, "reply": replies, "event": events}


@cache
def _wire_names() -> dict[str, str]:
    return {each.name: each.tag for each in (*commands(), *replies(), *events())}


def _link(kind: type) -> str:
    for each in (*commands(), *replies(), *events()):
        if each.kind is kind:
            return anchor(each)
    return kind.__name__.lower()


def _bounds(least: int | None, most: int | None, unit: str) -> str:
    if least is None and most is None:
        return ""
    span = f"{least or 0} to {most}" if most is not None else f"at least {least}"
    return f" ({span} {unit})".replace(" )", ")")


def _plain(text: str, *, one_line: bool = False) -> str:
    """Documentation as Markdown; messages are called as on the wire."""
    text = _QUOTED.sub(lambda found: f"`{_wire_names().get(found[1], found[1])}`", text).replace("``", "`")
    return " ".join(text.split()) if one_line else text
