"""Shape of Python sources, from the syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.shape_unit import Unit

# As McCabe counts: decisions between statements. Boolean operators within one condition are not counted.
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case, ast.comprehension)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def measure_python(path: Path, text: str) -> Iterator[Unit]:
    """The file and every function in it, nested ones too."""
    yield Unit("Python", "file", path, "", 1, text.count("\n"))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _FUNCTIONS):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Unit(
                "Python",
                "function",
                path,
                node.name,
                node.lineno,
                lines,
                _complexity(node),
                _constructor_parameters(node),
            )


def _complexity(function: ast.AST) -> int:
    """One, and one more for each branch; nested functions count for themselves."""
    total = 1
    pending = list(ast.iter_child_nodes(function))
    while pending:
        node = pending.pop()
        if isinstance(node, _FUNCTIONS):
            continue
        if isinstance(node, _BRANCHES):
            total += 1
        pending += ast.iter_child_nodes(node)
    return total


def _constructor_parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if function.name != "__init__":
        return 0
    return len(function.args.posonlyargs) + len(function.args.args) - 1
