"""From pydantic's errors to sentences that say which setting, why, and what to write instead."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tureen.config.errors import Problem
from tureen.config.settings import Settings
from tureen.config.sources import Source, flag_name, variable_name
from tureen.config.tree import section, setting_fields

_NO_KEYS_FIX = (
    "For a trial, start with --dev. Otherwise name a key and make a secret, for example: "
    'export TUREEN_KEYS="mykey: $(openssl rand -hex 32)"'
)

# What pydantic says in words of its own trade.
_WHY = {
    "bool_parsing": "It is neither true nor false.",
    "bool_type": "It is neither true nor false.",
    "enum": "It is none of {expected}.",
    "greater_than_equal": "It is less than {ge}.",
    "int_parsing": "It is not a whole number.",
    "int_type": "It is not a whole number.",
    "less_than_equal": "It is more than {le}.",
    "model_type": "It is a section, not a value.",
    "path_not_file": "There is no such file.",
    "tuple_type": "It is not a list.",
}


def explain(error: ValidationError, sources: Sequence[Source]) -> list[Problem]:
    """One `Problem` for each setting that failed, in the tree's order. ``sources``: strongest first."""
    problems: dict[str, Problem] = {}
    for detail in error.errors(include_url=False, include_input=False):
        problem = _problem(detail, sources)
        problems.setdefault(problem.path, problem)
    return list(problems.values())


def as_toml(example: object) -> str:
    """The value as a line of the file has it."""
    if isinstance(example, list):
        return f"[{', '.join(as_toml(item) for item in example)}]"
    if isinstance(example, dict):
        return "{ " + ", ".join(f"{name} = {as_toml(value)}" for name, value in example.items()) + " }"
    return f'"{example}"' if isinstance(example, str) else _plain(example)


def _problem(detail: ErrorDetails, sources: Sequence[Source]) -> Problem:
    # List positions and branches of unions are pydantic's; people know the setting.
    path = _setting_path(tuple(str(step) for step in detail["loc"]))
    source = next((source for source in sources if source.holds(path)), None)
    dotted = ".".join(path)
    origin = source.origin(path) if source else "not set"
    if detail["type"] == "contradiction":
        # Found by looking at several settings; the error knows which of them to change.
        path = (*path, detail["ctx"]["leaf"])
        there = next((each for each in sources if each.holds(path)), None)
        origin = there.origin(path) if there else "not set"
        return Problem(path=".".join(path), origin=origin, why=detail["msg"], fix=_fix(path, there or source))
    if detail["type"] == "keys_missing":
        return Problem(path=dotted, origin=origin, why=detail["msg"], fix=_NO_KEYS_FIX)
    if detail["type"] == "extra_forbidden":
        return Problem(path=dotted, origin=origin, why="There is no such setting.", fix=_did_you_mean(path))
    return Problem(path=dotted, origin=origin, why=_why(detail, path, source), fix=_fix(path, source))


def _setting_path(location: tuple[str, ...]) -> tuple[str, ...]:
    fields = Settings.model_fields
    if not location or location[0] not in fields:
        return location[:1]
    return location[:2] if section(fields[location[0]]) else location[:1]


def _why(detail: ErrorDetails, path: tuple[str, ...], source: Source | None) -> str:
    if path == ("port",) and source is not None and str(source.values.get("port", "")).startswith("tcp://"):
        return "Kubernetes set this for a service of the same name (pod setting enableServiceLinks: false stops that)."
    written = _WHY.get(detail["type"])
    message = written.format(**detail.get("ctx", {})) if written else detail["msg"]
    return message if message.endswith(".") else f"{message}."


def _fix(path: tuple[str, ...], source: Source | None) -> str:
    field = setting_fields().get(path)
    if field is None or field.description is None:
        return ""
    example = field.examples[0] if field.examples else field.default
    return f"Write for example: {_written(path, example, source)} ({field.description})."


def _written(path: tuple[str, ...], example: object, source: Source | None) -> str:
    kind = source.kind if source else "file"
    if kind == "flag":
        return flag_name(path) if isinstance(example, bool) else f"{flag_name(path)} {_plain(example)}"
    if kind == "environment":
        return f'{variable_name(path)}="{_plain(example)}"'
    return f"{'.'.join(path)} = {as_toml(example)}"


def _plain(example: object) -> str:
    if isinstance(example, list):
        return ",".join(str(item) for item in example)
    if isinstance(example, dict):
        return ", ".join(f"{name}: {value}" for name, value in example.items())
    return str(example).lower() if isinstance(example, bool) else str(example)


def _did_you_mean(path: tuple[str, ...]) -> str:
    known = _known_settings()
    siblings = [name for name in known if name.split(".")[:-1] == list(path[:-1])]
    by_leaf = {name.split(".")[-1]: name for name in siblings}
    for leaf in difflib.get_close_matches(path[-1], by_leaf, 1):
        return f'Did you mean "{by_leaf[leaf]}"?'
    # A setting that stands in the wrong section is the other usual mistake.
    elsewhere = {name.split(".")[-1]: name for name in known}
    for leaf in difflib.get_close_matches(path[-1], elsewhere, 1, 0.8):
        return f'Did you mean "{elsewhere[leaf]}"?'
    return f"Known here: {', '.join(siblings) or ', '.join(known)}."


def _known_settings() -> list[str]:
    """Sections and settings, in the tree's order."""
    return list(dict.fromkeys(".".join(path[:depth]) for path in setting_fields() for depth in (1, 2)))
