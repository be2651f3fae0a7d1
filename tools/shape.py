"""Prints how long files and functions are, and fails where they pass the budgets.

Python is measured by its syntax tree, Rust and TypeScript by braces after strings and comments were blanked out. Tests
and generated files are exempt. What is over the lower budget needs a reason in ``tools/shape_reasons.toml``.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.shape_braces import measure_rust, measure_typescript
from tools.shape_python import measure_python
from tools.shape_unit import Unit

ROOT = Path(__file__).parent.parent
REASONS = ROOT / "tools" / "shape_reasons.toml"
ROOTS = ("src", "crates", "web/src", "web/sdk", "tools", "benches")
GENERATED = {Path("web/sdk/src/protocol.ts")}
MEASURES = {".py": measure_python, ".rs": measure_rust, ".ts": measure_typescript, ".tsx": measure_typescript}


class Budget(NamedTuple):
    """Lines: aim at the first, explain beyond the second, never beyond the third."""

    aim: int
    explain: int
    fail: int


BUDGETS = {"file": Budget(250, 500, 800), "function": Budget(35, 60, 120)}
MAX_COMPLEXITY = 12
MAX_CONSTRUCTOR_PARAMETERS = 5


def main() -> int:
    """Prints the distribution and the faults; the result is the exit code."""
    units = [unit for path in sources() for unit in MEASURES[path.suffix](path.relative_to(ROOT), path.read_text())]
    for language in sorted({unit.language for unit in units}):
        for kind in BUDGETS:
            print_distribution(language, kind, [u for u in units if u.language == language and u.kind == kind])
    faults = list(find_faults(units, load_reasons()))
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def sources() -> Iterator[Path]:
    """Every source file that counts."""
    for root in ROOTS:
        for path in sorted((ROOT / root).rglob("*")):
            if path.suffix in MEASURES and not is_exempt(path.relative_to(ROOT)):
                yield path


def is_exempt(path: Path) -> bool:
    """Tests, generated and foreign files."""
    foreign = {"node_modules", "target", "tests", "fuzz", "webapp", "generated", "fixtures"}
    stem = path.name.split(".")[0]
    return (
        path in GENERATED
        or bool(foreign & set(path.parts))
        or ".test." in path.name
        or stem == "tests"
        or stem.endswith("_tests")
    )


def load_reasons() -> dict[tuple[str, str], str]:
    """Reasons by (path, name of the function or empty)."""
    if not REASONS.exists():
        return {}
    entries = tomllib.loads(REASONS.read_text()).get("reason", [])
    return {(entry["path"], entry.get("function", "")): entry["why"] for entry in entries}


def print_distribution(language: str, kind: str, units: Sequence[Unit]) -> None:
    """One line of percentiles, and the longest three by name."""
    if not units:
        return
    ordered = sorted(units, key=lambda unit: unit.lines)
    lines = [unit.lines for unit in ordered]
    under = sum(1 for each in lines if each <= BUDGETS[kind].aim) * 100 // len(lines)
    marks = "  ".join(f"{name} {lines[min(len(lines) - 1, len(lines) * name // 100)]:>4}" for name in (50, 90, 99))
    print(f"{language:<10} {kind:<8} {len(lines):>5}   percentiles {marks}   {under}% within {BUDGETS[kind].aim} lines")
    longest = ", ".join(f"{unit.where} ({unit.lines})" for unit in reversed(ordered[-3:]))
    print(f"{'':<27}longest {longest}")


def find_faults(units: Sequence[Unit], reasons: dict[tuple[str, str], str]) -> Iterator[str]:
    """What passes a budget, and reasons that nothing needs any more."""
    needed: set[tuple[str, str]] = set()
    for unit in units:
        budget = BUDGETS[unit.kind]
        key = (unit.path.as_posix(), unit.name)
        if unit.lines > budget.fail:
            yield f"{unit.where}: {unit.kind} of {unit.lines} lines; the limit is {budget.fail}."
        elif unit.lines > budget.explain:
            needed.add(key)
            if key not in reasons:
                yield f"{unit.where}: {unit.kind} of {unit.lines} lines; state a reason in {REASONS.name} or split it."
        if unit.complexity > MAX_COMPLEXITY:
            yield f"{unit.where}: cyclomatic complexity {unit.complexity}; the limit is {MAX_COMPLEXITY}."
        if unit.constructor_parameters > MAX_CONSTRUCTOR_PARAMETERS:
            yield f"{unit.where}: {unit.constructor_parameters} positional parameters; make a type of them."
    for path, name in reasons.keys() - needed:
        yield f"{REASONS.name}: {path} {name} is within the budget; remove its reason."


if __name__ == "__main__":
    sys.exit(main())
