"""Where settings come from, strongest first: flags, environment, file."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from pydantic_settings import EnvSettingsSource

from tureen.config.errors import ConfigError, Problem
from tureen.config.settings import Settings
from tureen.config.tree import setting_fields

ENVIRONMENT_PREFIX = "TUREEN_"
MAX_FILE_BYTES = 1 << 20

_FOREIGN_VARIABLES = frozenset({f"{ENVIRONMENT_PREFIX}CONFIG"})
"""Names the file of settings; read by the command line."""

_SERVICE_LINK = re.compile(ENVIRONMENT_PREFIX + r"(SERVICE_(HOST|PORT)|PORT_\d+_)")


class Source(Struct, frozen=True, kw_only=True):
    """Raw values of one source, nested like the tree."""

    kind: str
    """``flag``, ``environment`` or ``file``."""
    values: dict[str, Any]
    name: str = ""
    """The file's path."""

    def holds(self, path: tuple[str, ...]) -> bool:
        """Whether a value (or a part of it) stands here."""
        node: object = self.values
        for step in path:
            if not isinstance(node, Mapping) or step not in node:
                return False
            node = node[step]
        return True

    def origin(self, path: tuple[str, ...]) -> str:
        """The value's place in the words of the person who wrote it."""
        match self.kind:
            case "flag":
                return f"flag {flag_name(path)}"
            case "environment":
                return f"environment variable {variable_name(path)}"
            case _:
                return f"file {self.name}"


def flag_name(path: tuple[str, ...]) -> str:
    """``("log", "level")`` as ``--log-level``."""
    return "--" + "-".join(path).replace("_", "-")


def variable_name(path: tuple[str, ...]) -> str:
    """``("log", "level")`` as ``TUREEN_LOG_LEVEL``."""
    return ENVIRONMENT_PREFIX + "_".join(path).upper()


def from_flags(flags: Mapping[str, object]) -> Source:
    """``flags``: values by dotted path; ``None`` where a flag was not given."""
    values: dict[str, Any] = {}
    for dotted, value in flags.items():
        if value is None:
            continue
        *sections, leaf = dotted.split(".")
        node = values
        for section in sections:
            node = node.setdefault(section, {})
        node[leaf] = value
    return Source(kind="flag", values=values)


def from_environment() -> Source:
    """Every ``TUREEN_…`` variable. Raises `ConfigError` for those that name no setting."""
    known = {variable_name(path) for path in setting_fields()}
    problems = [
        _unknown_variable(name, known)
        for name, text in os.environ.items()
        if text
        and name.startswith(ENVIRONMENT_PREFIX)
        and name not in known | _FOREIGN_VARIABLES
        # Kubernetes sets these for a service of the same name.
        and not _SERVICE_LINK.match(name)
    ]
    if problems:
        raise ConfigError(problems)
    read = EnvSettingsSource(
        Settings,
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="_",
        env_nested_max_split=1,
        env_ignore_empty=True,
    )
    return Source(kind="environment", values=read())


def _unknown_variable(name: str, known: Collection[str]) -> Problem:
    within = sorted(each for each in known if each.startswith(f"{name}_"))
    if within:
        why, fix = "It names a section.", f"Write one variable for each setting: {', '.join(within)}."
    else:
        meant = difflib.get_close_matches(name, known, 1, 0.8)
        why = "There is no such setting."
        fix = f"Did you mean {meant[0]}?" if meant else "Unset it, or name a setting as in TUREEN_LOG_LEVEL=info."
    return Problem(path="", origin=f"environment variable {name}", why=why, fix=fix)


def from_file(file: Path) -> Source:
    """A TOML file of at most `MAX_FILE_BYTES`. Raises `ConfigError` if it cannot be read."""
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise _unreadable(file, f"{error.strerror}.", "Name an existing file with --config.") from error
    if len(raw) > MAX_FILE_BYTES:
        raise _unreadable(file, "It is larger than 1 MiB.", "Name a TOML file of settings with --config.")
    try:
        return Source(kind="file", values=tomllib.loads(raw.decode()), name=str(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _unreadable(file, f"It is not TOML: {error}.", "Write settings as in: port = 7880") from error


def _unreadable(file: Path, why: str, fix: str) -> ConfigError:
    return ConfigError([Problem(path="", origin=f"file {file}", why=why, fix=fix)])
