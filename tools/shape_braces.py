"""Shape of Rust and TypeScript sources: a heuristic over braces, good enough for lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tools.shape_unit import Unit

# Comments, raw strings, strings, and characters that are no lifetimes.
_RUST_BLANK = re.compile(
    r"//[^\n]*"
    r"|/\*.*?\*/"
    r'|\bb?r(?P<hashes>#*)".*?"(?P=hashes)'
    r'|b?"(?:\\.|[^"\\])*"'
    r"|b?'(?:\\(?:u\{[^}]*\}|x[0-9a-fA-F]{2}|.)|[^'\\\n])'",
    re.DOTALL,
)
# Comments, strings (those in quotes end with their line), templates, and regular expressions where a value may stand.
_TYPESCRIPT_BLANK = re.compile(
    r"//[^\n]*"
    r"|/\*.*?\*/"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])*'"
    r"|`(?:\\.|\$\{(?:[^{}]|\{[^{}]*\})*\}|[^`\\])*`"
    r"|(?<=[(,=:\[!&|?])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/",
    re.DOTALL,
)
_RUST_FUNCTION = re.compile(r"\bfn\s+(?P<name>\w+)")
_RUST_TESTS = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod\s+\w+\s*(?=\{)")
# A body follows an arrow, or a parameter list (with or without a return type) that no control word owns.
_TYPESCRIPT_BODY = re.compile(r"(?:=>|\)(?:\s*:\s*[^;{}()=]+)?)\s*\{")
_TYPESCRIPT_NAME = re.compile(r"(?:function\s*\*?\s*(\w+)|(?:const|let)\s+(\w+)[^=]*=|(\w+)\s*(?:<[^>]*>)?\s*\()")
_CONTROL = ("if", "for", "while", "switch", "catch")


def measure_rust(path: Path, text: str) -> Iterator[Unit]:
    """The file without its inline tests, and every function with a body."""
    code = _without_tests(_blanked(text, _RUST_BLANK))
    yield Unit("Rust", "file", path, "", 1, sum(1 for line in code.split("\n")[:-1] if line != "\x00"))
    for found in _RUST_FUNCTION.finditer(code):
        opening = _body_of(code, found.end())
        if opening is not None:
            yield _unit("Rust", path, found["name"], code, found.start(), opening)


def measure_typescript(path: Path, text: str) -> Iterator[Unit]:
    """The file, and every function, method and arrow with a body in braces."""
    code = _blanked(text, _TYPESCRIPT_BLANK)
    yield Unit("TypeScript", "file", path, "", 1, text.count("\n"))
    for found in _TYPESCRIPT_BODY.finditer(code):
        start = _head_of(code, found.start())
        head = code[start : found.start() + 1]
        if found[0].startswith(")") and re.search(rf"\b(?:{'|'.join(_CONTROL)})\s*\($", head.split("(")[0] + "("):
            continue
        names = _TYPESCRIPT_NAME.search(head)
        name = next(filter(None, names.groups()), "arrow") if names else "arrow"
        yield _unit("TypeScript", path, name, code, start, found.end() - 1)


def _unit(language: str, path: Path, name: str, code: str, start: int, opening: int) -> Unit:
    closing = _closing(code, opening, "{", "}")
    line = code.count("\n", 0, start) + 1
    return Unit(language, "function", path, name, line, code.count("\n", start, closing) + 1)


def _blanked(text: str, pattern: re.Pattern[str]) -> str:
    """The same lines and columns, with blanks for what is no code."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _without_tests(code: str) -> str:
    """Inline test modules become marked lines that count for nothing."""
    while found := _RUST_TESTS.search(code):
        end = _closing(code, found.end(), "{", "}") + 1
        lines = code.count("\n", found.start(), end)
        code = code[: found.start()] + "\x00\n" * lines + "\x00" + code[end:]
    return code


def _body_of(code: str, position: int) -> int | None:
    """Where the body of a Rust function opens; ``None`` for one that is only declared."""
    depth = 0
    for index in range(position, len(code)):
        character = code[index]
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character == "{":
            return index
        if depth == 0 and character == ";":
            return None
    return None


def _head_of(code: str, end: int) -> int:
    """Where the line begins on which a function's parameters open; ``end``: at its arrow or closing parenthesis."""
    closing = code.rfind(")", 0, end + 1)
    line = code.rfind("\n", 0, end) + 1
    if closing < line:
        return line
    depth, index = 0, closing

    while index >= 0:
        depth += (code[index] == ")") - (code[index] == "(")
        if depth == 0:
            break
        index -= 1
    return code.rfind("\n", 0, max(index, 0)) + 1


def _closing(code: str, opening: int, left: str, right: str) -> int:
    """The partner of the bracket at ``opening``; the end of the text if it has none."""
    depth = 0
    for index in range(opening, len(code)):
        depth += (code[index] == left) - (code[index] == right)
        if depth == 0:
            return index
    return len(code) - 1
