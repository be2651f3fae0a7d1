"""The native door's messages as TypeScript types."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator

from msgspec import inspect as types

from tools.protocol_shapes import (
    Field,
    Shape,
    commands,
    doc_of,
    enums,
    events,
    member_docs,
    parts,
    replies,
    reply_to,
)
from tureen.protocol import limits
from tureen.protocol.errors import MEANINGS
from tureen.signaling import CLOSE_MEANINGS

HEAD = """\
// Written by `make docs` from src/tureen/protocol; do not edit.
//
// The native door's messages. A field that may be absent has the default that docs/reference/native-protocol.md states.
"""
NUMBERS = (
    "VERSION",
    "MAX_FRAME_BYTES",
    "MAX_TEXT_CHARACTERS",
    "MAX_CUSTOM_BYTES",
    "MAX_PAGE",
    "MAX_BATCH",
    "MAX_POSITIONS",
)
WIDTH = 116


def render() -> str:
    """The whole module."""
    return "\n".join(
        [
            HEAD,
            *(f"export const {name} = {getattr(limits, name)};" for name in NUMBERS),
            "",
            *(render_enum(each) for each in enums()),
            *(render_shape(each) for each in parts()),
            *(render_shape(each) for each in (*commands(), *replies(), *events())),
            render_union("AnyCommand", "Client to server.", commands()),
            render_union("AnyReply", "Server to client, once per command.", replies()),
            render_union("AnyEvent", "Server to client, unasked.", events()),
            render_reply_map(),
            render_error_facts(),
            render_close_codes(),
        ]
    )


def render_enum(kind: type[enum.Enum]) -> str:
    """A union of strings."""
    docs = member_docs(kind)
    lines = [doc_of(kind)]
    lines += [f"- `{member.value}`: {docs[member.name]}" for member in kind if member.name in docs]
    values = " | ".join(json.dumps(member.value) for member in kind)
    declaration = f"export type {kind.__name__} = {values};"
    if len(declaration) > WIDTH:
        declaration = (
            f"export type {kind.__name__} =" + "".join(f"\n  | {json.dumps(member.value)}" for member in kind) + ";"
        )
    return f"{comment(lines)}{declaration}\n"


def render_shape(shape: Shape) -> str:
    """An interface, told apart from others by its tag."""
    body = [f"  {shape.tag_field}: {json.dumps(shape.tag)};"] if shape.tag_field else []
    body += [
        f"{comment([field.doc], '  ')}  {field.name}{'' if field.required else '?'}: {type_of(field)};"
        for field in shape.fields
    ]
    text = "\n".join(body)
    return f"{comment([shape.doc])}export interface {shape.name} {{\n{text}\n}}\n"


def render_union(name: str, doc: str, shapes: Iterable[Shape]) -> str:
    """All messages of one kind."""
    return f"{comment([doc])}export type {name} =" + "".join(f"\n  | {shape.name}" for shape in shapes) + ";\n"


def render_reply_map() -> str:
    """What answers which command."""
    lines = "\n".join(f"  {json.dumps(each.tag)}: {reply_to(each).name};" for each in commands())
    doc = "What a command is answered with when it is carried out, by its type; `Failed` otherwise."
    return f"{comment([doc])}export interface ReplyByCommand {{\n{lines}\n}}\n"


def render_error_facts() -> str:
    """Which errors are worth another try."""
    lines = "\n".join(f"  {code.value}: {json.dumps(meaning.retryable)}," for code, meaning in MEANINGS.items())
    doc = "Whether the same command may work later; final otherwise."
    return f"{comment([doc])}export const RETRYABLE: Readonly<Record<ErrorCode, boolean>> = {{\n{lines}\n}};\n"


def render_close_codes() -> str:
    """Codes of the closing frame."""
    lines = "\n".join(
        f"{comment([meaning], '  ')}  {code.name}: {code.value}," for code, meaning in CLOSE_MEANINGS.items()
    )
    return f"{comment(['How the server closes a connection.'])}export const CLOSE_CODES = {{\n{lines}\n}} as const;\n"


def type_of(field: Field) -> str:
    """As TypeScript writes it."""
    return _type(field.type)


def _type(info: types.Type) -> str:
    match info:
        case types.StrType():
            return "string"
        case types.IntType() | types.FloatType():
            return "number"
        case types.BoolType():
            return "boolean"
        case types.NoneType():
            return "null"
        case types.EnumType() | types.StructType():
            return info.cls.__name__
        case types.RawType() | types.AnyType():
            return "unknown"
        case types.DictType():
            return f"Record<string, {_type(info.value_type)}>"
        case types.ListType():
            inner = _type(info.item_type)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case types.UnionType():
            return " | ".join(_type(each) for each in info.types)
    raise TypeError(f"{info} has no name in TypeScript")


def comment(paragraphs: Iterable[str], indent: str = "") -> str:
    """A documentation comment, or nothing."""
    lines = list(_comment_lines(paragraphs))
    if not lines:
        return ""
    if len(lines) == 1:
        return f"{indent}/** {lines[0]} */\n"
    return f"{indent}/**\n" + "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines) + f"{indent} */\n"


def _comment_lines(paragraphs: Iterable[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        for line in paragraph.splitlines():
            yield line.replace("``", "`").replace("*/", "* /")
