"""Writes `docs/reference/settings.md` from the tree of settings, so that the page cannot say anything else.

With ``--check`` it writes nothing and fails when the page is not what it would write.
"""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).parent.parent
if __package__ in (None, ""):
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import typer  # noqa: E402 - the path comes first
from pydantic.fields import FieldInfo  # noqa: E402

from tools.generated_files import write_or_check  # noqa: E402
from tureen.cli.main import app  # noqa: E402
from tureen.config.explain import as_toml  # noqa: E402
from tureen.config.settings import Settings  # noqa: E402
from tureen.config.sources import flag_name, variable_name  # noqa: E402
from tureen.config.tree import section, setting_fields  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "settings.md"
HEAD = """\
# Settings

Written by `make docs` from the tree of settings (`src/tureen/config/settings.py`); do not edit.

A flag wins over a variable of the environment, a variable over the TOML file that `--config` or `TUREEN_CONFIG` names,
the file over the default. In the file, `log.level` is the line `level = ...` under `[log]`. In a variable, a list is
written with commas, and keys as `name: secret, name2: secret2`. `tureen serve` refuses what it cannot use and says what
to write instead.
"""
COLUMNS = ("Setting", "Flag", "Variable", "Values", "Default", "Meaning")


def main() -> int:
    """Writes or checks; the result is the exit code."""
    return write_or_check({PAGE: render}, "the tree of settings")


def render() -> str:
    """The whole page."""
    flags = serve_flags()
    fields = setting_fields()
    parts = [HEAD, table({path: field for path, field in fields.items() if len(path) == 1}, flags)]
    for name, field in Settings.model_fields.items():
        kind = section(field)
        if kind is not None:
            parts.append(f"## {name}\n\n{(kind.__doc__ or '').strip().replace('``', '`')}\n")
            parts.append(table({path: each for path, each in fields.items() if path[0] == name}, flags))
    return "\n".join(parts)


def table(fields: dict[tuple[str, ...], FieldInfo], flags: frozenset[str]) -> str:
    """One row for each setting."""
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows(fields, flags))


def rows(fields: dict[tuple[str, ...], FieldInfo], flags: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The cells, head first."""
    yield COLUMNS
    yield ("---",) * len(COLUMNS)
    for path, field in fields.items():
        flag = flag_name(path)
        yield (
            f"`{'.'.join(path)}`",
            f"`{flag}`" if flag in flags else "",
            f"`{variable_name(path)}`",
            values(field),
            default(field.default),
            field.description or "",
        )


def values(field: FieldInfo) -> str:
    """What may be written."""
    kind: Any = next((each for each in get_args(field.annotation) if each is not type(None)), field.annotation)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return ", ".join(f"`{member.value}`" for member in kind)
    if kind is bool:
        return "`true`, `false`"
    bounds = {name: getattr(rule, name) for rule in limits(field) for name in ("ge", "le") if hasattr(rule, name)}
    if bounds:
        return f"{bounds['ge']} to {bounds['le']}"
    return f"such as `{example(field)}`"


def limits(field: FieldInfo) -> Iterator[Any]:
    """The bounds of a number, whether or not it may be absent."""
    yield from field.metadata
    for each in get_args(field.annotation):
        for rule in getattr(each, "__metadata__", ()):
            yield from getattr(rule, "metadata", ())


def example(field: FieldInfo) -> str:
    """The field's own example, as the file has it."""
    (first, *_) = field.examples or [field.default]
    return as_toml(first)


def default(value: object) -> str:
    """As the file has it; empty where there is none."""
    if value in (None, (), {}):
        return ""
    if isinstance(value, enum.Enum):
        value = value.value
    return f"`{as_toml(value)}`"


def serve_flags() -> frozenset[str]:
    """Those that ``tureen serve`` has."""
    group: Any = typer.main.get_command(app)
    return frozenset(name for option in group.commands["serve"].params for name in option.opts)


if __name__ == "__main__":
    sys.exit(main())
