"""Commands that are wrong in one place each, made from the contract: a new command is among them by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from msgspec import inspect as types

from tureen.protocol.commands import AnyCommand, Command
from tureen.protocol.limits import MAX_FRAME_BYTES

COMMANDS: dict[str, type[Command]] = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyCommand)}
"""All of them, by the name of their type on the wire."""

NO_JSON = {
    "not a number": "NaN",
    "infinity": "-Infinity",
    "a leading nought": "01",
    "hexadecimal": "0x10",
    "a lone surrogate": '"\\ud800"',
    "a cut escape": '"\\u00"',
    "a raw control character": '"\x01"',
    "a single quote": "'a'",
    "a comment": "/* */ 1",
    "a trailing comma": "[1,]",
    "nothing": "",
}
"""In place of any value; msgspec cannot read the id of most of them, which ends the connection."""

LITERALS = {
    "beyond every float": "1e400",
    "400 digits": "9" * 400,
    "5,000 digits": "9" * 5_000,
    "negative": "-1",
    "beyond 64 bits": str(2**64),
    "fraction": "1.5",
    "fraction of nothing": "1.0",
    "minus nothing": "-0",
}
"""Of numbers, as they stand on the wire: some are no JSON."""

TEXTS = {
    "NUL": "a\0b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "right to left": "\u202egnp.exe\u2066\u2069\u200f",
    "byte order mark": "\ufeff",
    "no character": "\uffff\ufdd0",
    "beyond the basic plane": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "stacked marks": "a" + "\u0301" * 60,
    "path": "../../../etc/passwd",
    "statement": "'; DROP TABLE messages; --",
    "pattern": "%_*?[a-z](((((((((a+)+)+)+)+$",
    "template": "{0.__class__}%s%n${jndi:ldap://x}",
    "lines": "a\r\nSet-Cookie: b=c\r\n\r\n",
    "space": " ",
}
"""Legal JSON, and nothing that breaks anything."""

_MARK = "\ue000literal\ue001"


@dataclass(frozen=True)
class Spoilt:
    """One command, on one line."""

    what: str
    id: str
    frame: str
    refused: bool
    """It cannot be carried out, whatever the state is; otherwise any answer will do that is documented."""


def example(kind: type[Command], known: Mapping[str, Any], command: str = "example") -> dict[str, Any]:
    """A command with all its required fields and those of the optional ones that are ``known`` by name."""
    fields: dict[str, Any] = {"type": kind.__struct_config__.tag, "id": command}
    for field in _fields(kind):
        if field.encode_name in known:
            fields[field.encode_name] = known[field.encode_name]
        elif field.required:
            fields[field.encode_name] = _plain(field.type)
    return fields


def spoilt(kind: type[Command], known: Mapping[str, Any]) -> Iterator[Spoilt]:
    """Every field absent, of every other type, too long, out of bounds, and strange; within the largest frame."""
    for number, (what, fields, literal, refused) in enumerate(_variants(kind, known)):
        command = f"s{number}"
        frame = _text({**fields, "id": command}).replace(_text(_MARK), literal)
        if len(frame.encode()) <= MAX_FRAME_BYTES:
            yield Spoilt(what, command, frame, refused)


def _variants(kind: type[Command], known: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str, bool]]:
    """What is wrong, the fields, what stands for the mark on the wire, and whether it must be refused."""
    good = example(kind, known)
    for field in _fields(kind):
        name = field.encode_name
        if field.required:
            yield f"without {name}", {key: good[key] for key in good if key != name}, "", True
        for what, value in _wrong(field.type):
            yield f"{name}: {what}", {**good, name: value}, "", True
        for what, value in _strange(field.type):
            yield f"{name}: {what}", {**good, name: value}, "", False
        for what, literal in LITERALS.items() if _numbers(field.type) else ():
            yield f"{name}: {what}", {**good, name: _MARK}, literal, what == "fraction"
    yield "unknown fields", {**good, "no_such_field": {"a": [1]}, "__proto__": {}, "": 0}, "", False
    for name, value in [(name, value) for name, value in good.items() if name != "id"]:
        yield f"{name} twice", {**good, _MARK: 0}, f'{json.dumps(name)}: {_text(value)}, "other"', False


def _fields(kind: type[Command]) -> tuple[types.Field, ...]:
    info = types.type_info(kind)
    assert isinstance(info, types.StructType)
    # Without a usable id nothing can be answered: what happens then is for other tests.
    return tuple(field for field in info.fields if field.encode_name != "id")


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _options(info: types.Type) -> tuple[types.Type, ...]:
    info = info.type if isinstance(info, types.Metadata) else info
    return tuple(_bare(each) for each in info.types) if isinstance(info, types.UnionType) else (info,)


def _bare(info: types.Type) -> types.Type:
    return info.type if isinstance(info, types.Metadata) else info


def _numbers(info: types.Type) -> bool:
    return any(isinstance(each, types.IntType) for each in _options(info))


def _plain(info: types.Type) -> Any:
    """The least that will do."""
    match _bare(_options(info)[0]):
        case types.StrType(min_length=least):
            return "x" * (least or 1)
        case types.IntType(ge=least):
            return least or 0
        case types.BoolType():
            return True
        case types.EnumType(cls=names):
            return next(iter(names)).value
        case types.ListType(item_type=item, min_length=least):
            return [_plain(item)] * (least or 0)
        case types.StructType(fields=fields):
            return {field.encode_name: _plain(field.type) for field in fields if field.required}
        case types.RawType() | types.AnyType():
            return 0
    raise AssertionError(f"there is no example of {info}")


def _wrong(info: types.Type) -> Iterator[tuple[str, Any]]:
    options = _options(info)
    if any(isinstance(each, types.RawType | types.AnyType) for each in options):
        return
    kinds: dict[str, tuple[Any, tuple[type[types.Type], ...]]] = {
        "a text": ("no such value", (types.StrType,)),
        "a number": (7, (types.IntType,)),
        "a fraction": (0.5, ()),
        "true": (True, (types.BoolType,)),
        "null": (None, (types.NoneType,)),
        "a list": ([[["x"]]], ()),
        "an object": ({"x": {}}, ()),
    }
    for what, (value, good_for) in kinds.items():
        if not any(isinstance(each, good_for) for each in options):
            yield what, value
    for each in options:
        yield from _out_of_bounds(each)


def _out_of_bounds(info: types.Type) -> Iterator[tuple[str, Any]]:
    match info:
        case types.StrType():
            yield from _bad_texts(info)
        case types.IntType():
            if info.ge is not None:
                yield "too small", info.ge - 1
            if info.le is not None:
                yield "too large", info.le + 1
                yield "far too large", 10**400
        case types.ListType():
            yield from _bad_lists(info)
        case types.StructType():
            for field in info.fields:
                if field.required:
                    yield f"without {field.encode_name}", {}


def _bad_texts(info: types.StrType) -> Iterator[tuple[str, Any]]:
    if info.min_length:
        yield "empty", ""
    if info.max_length is not None:
        yield "too long", "x" * (info.max_length + 1)
        yield "too long in other scripts", "\U0001f600" * (info.max_length + 1)
    if info.pattern is not None:
        yield "of other letters", "a b\n"


def _bad_lists(info: types.ListType) -> Iterator[tuple[str, Any]]:
    if info.min_length:
        yield "empty", []
    if info.max_length is not None:
        yield "too many", [_plain(info.item_type)] * (info.max_length + 1)
    for what, value in _wrong(info.item_type):
        yield f"[{what}]", [value]


def _strange(info: types.Type) -> Iterator[tuple[str, Any]]:
    for each in _options(info):
        match each:
            case types.StrType():
                yield from TEXTS.items()
            case types.ListType():
                yield "none", []
                yield "the same again", [_plain(each.item_type)] * 3
                for what, value in _strange(each.item_type):
                    yield f"[{what}]", [value]
            case types.StructType():
                inner = _plain(each)
                for field in each.fields:
                    for what, value in _strange(field.type):
                        yield f"{field.encode_name}: {what}", {**inner, field.encode_name: value}
            case types.RawType() | types.AnyType():
                yield from TEXTS.items()
                yield "many keys", {str(number): number for number in range(5_000)}
                yield "large", "x" * 40_000
