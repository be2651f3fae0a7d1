"""The native door's messages as the generators see them: structs with their fields, enums with their members, and the
documentation that stands beside both in the source.
"""

from __future__ import annotations

import ast
import enum
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import inspect as types

from tureen.protocol.commands import AnyCommand, Command
from tureen.protocol.events import AnyEvent, Event, GoodbyeReason
from tureen.protocol.replies import AnyReply, Failed, Reply
from tureen.protocol.resources import LegState

NAMED_IN_TEXT: tuple[type[enum.Enum], ...] = (GoodbyeReason, LegState)
"""Enums whose values travel as plain strings, so that an older client reads newer ones."""

_QUOTED = re.compile(r"(?<!`)`(\w+)`(?!`)")


class Field(NamedTuple):
    """One field of a message."""

    name: str
    type: types.Type
    required: bool
    default: object
    """As it travels; meaningless where it is required."""
    doc: str


class Shape(NamedTuple):
    """One struct."""

    kind: type[msgspec.Struct]
    name: str
    doc: str
    tag_field: str | None
    tag: str
    fields: tuple[Field, ...]


def commands() -> tuple[Shape, ...]:
    """In the order of the contract."""
    return tuple(shape(each) for each in get_args(AnyCommand))


def replies() -> tuple[Shape, ...]:
    """In the order of the contract."""
    return tuple(shape(each) for each in get_args(AnyReply))


def events() -> tuple[Shape, ...]:
    """In the order of the contract."""
    return tuple(shape(each) for each in get_args(AnyEvent))


def parts() -> tuple[Shape, ...]:
    """Structs that are only within others, in the order in which they are met."""
    top = {each.kind for each in (*commands(), *replies(), *events())}
    return tuple(shape(kind) for kind in reached() if issubclass(kind, msgspec.Struct) and kind not in top)


def enums() -> tuple[type[enum.Enum], ...]:
    """Those that are met, and those that are only named."""
    met = [kind for kind in reached() if issubclass(kind, enum.Enum)]
    return (*met, *NAMED_IN_TEXT)


def reply_to(command: Shape) -> Shape:
    """The one that the command's documentation names first. Raises `LookupError` if it names none."""
    known = {each.name: each for each in replies()}
    for name in _QUOTED.findall(command.doc):
        if name in known:
            return known[name]
    raise LookupError(f"{command.name} does not name its reply")


@cache
def shape(kind: type[msgspec.Struct]) -> Shape:
    """A struct with its documentation."""
    info = types.type_info(kind)
    if not isinstance(info, types.StructType):
        raise TypeError(f"{kind} is no struct")
    docs = _docs_of_kind(kind)
    fields = tuple(
        Field(each.encode_name, each.type, each.required, _default(each), docs.get(each.name, ""))
        for each in info.fields
    )
    return Shape(kind, kind.__name__, doc_of(kind), info.tag_field, str(info.tag or ""), fields)


def doc_of(kind: type) -> str:
    """Its documentation, as one paragraph per line break that is meant."""
    return inspect.cleandoc(kind.__doc__ or "")


@cache
def member_docs(kind: type[enum.Enum]) -> dict[str, str]:
    """Documentation of an enum's members, by name."""
    return _attribute_docs(kind)


@cache
def reached() -> tuple[type[Any], ...]:
    """Every struct and enum that a message may hold, itself included."""
    found: dict[type[Any], None] = {}
    for kind in (*get_args(AnyCommand), *get_args(AnyReply), *get_args(AnyEvent)):
        _walk(types.type_info(kind), found)
    return tuple(found)


def is_command(each: Shape) -> bool:
    """Whether it goes from client to server."""
    return issubclass(each.kind, Command)


def delivery(each: Shape) -> str:
    """The class of an event."""
    return each.kind.delivery.value if issubclass(each.kind, Event) else ""


def answers(each: Shape) -> bool:
    """Whether it is a reply that says that the command was carried out."""
    return issubclass(each.kind, Reply) and each.kind is not Failed


def _walk(info: types.Type, found: dict[type[Any], None]) -> None:
    if isinstance(info, types.StructType):
        if info.cls not in found:
            found[info.cls] = None
            for field in info.fields:
                _walk(field.type, found)
    elif isinstance(info, types.EnumType):
        found[info.cls] = None
    else:
        for inner in inner_types(info):
            _walk(inner, found)


def inner_types(info: types.Type) -> Iterator[types.Type]:
    """What a container holds."""
    if isinstance(info, types.UnionType):
        yield from info.types
    elif isinstance(info, types.ListType):
        yield info.item_type
    elif isinstance(info, types.DictType):
        yield info.value_type


def _default(field: types.Field) -> object:
    if field.required:
        return None
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory()) if field.default_factory in (list, dict) else None
    return msgspec.to_builtins(field.default)


def _docs_of_kind(kind: type) -> dict[str, str]:
    docs: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        if each.__module__.startswith("tureen."):
            docs |= _attribute_docs(each)
    return docs


@cache
def _attribute_docs(kind: type) -> dict[str, str]:
    """The string behind each attribute of a class, as it stands in the source."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    docs: dict[str, str] = {}
    name = ""
    for node in body.body if isinstance(body, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docs[name] = inspect.cleandoc(str(node.value.value))
            name = ""
        else:
            name = ""
    return docs
