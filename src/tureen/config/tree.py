"""The tree of settings as data: what there is, for those who explain, read or document it."""

from __future__ import annotations

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tureen.config.settings import Settings


def section(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field of the tree is, if it is one."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def setting_fields() -> dict[tuple[str, ...], FieldInfo]:
    """Every setting by its path (``("log", "level")``), in the tree's order. Sections themselves are no settings."""
    found: dict[tuple[str, ...], FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        inner = section(field)
        if inner is None:
            found[(name,)] = field
        else:
            found |= {(name, leaf): leaf_field for leaf, leaf_field in inner.model_fields.items()}
    return found
