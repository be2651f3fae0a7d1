"""The shape tool sees what is too long, and what no longer is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import shape
from tools.shape_braces import measure_rust, measure_typescript
from tools.shape_python import measure_python


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree in form."""
    monkeypatch.setattr(shape, "ROOT", tmp_path)
    monkeypatch.setattr(shape, "REASONS", tmp_path / "tools" / "shape_reasons.toml")
    write(tmp_path, "src/short.py", "def add(a, b):\n    return a + b\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def python_function(lines: int) -> str:
    return "def work():\n" + "    step()\n" * (lines - 1)


def reason(root: Path, path: str, function: str) -> None:
    write(root, "tools/shape_reasons.toml", f'[[reason]]\npath = "{path}"\nfunction = "{function}"\nwhy = "a table"\n')


def test_a_tree_in_form_passes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert shape.main() == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "Python     function     1" in captured.out


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/long.py", python_function(61)),
        ("src/file.py", "x = 1\n" * 501),
        ("crates/a/src/lib.rs", "fn work() {\n" + "    step();\n" * 60 + "}\n"),
        ("web/src/a.ts", "function work() {\n" + "  step();\n" * 60 + "}\n"),
    ],
)
def test_what_is_long_needs_a_reason(name: str, text: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, name, text)
    assert shape.main() == 1
    assert name in capsys.readouterr().err
    reason(root, name, "work" if "work" in text else "")
    assert shape.main() == 0


def test_no_reason_is_good_enough_beyond_the_limit(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "src/long.py", python_function(121))
    reason(root, "src/long.py", "work")
    assert shape.main() == 1
    assert "the limit is 120" in capsys.readouterr().err


def test_a_reason_that_nothing_needs_is_a_fault(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reason(root, "src/short.py", "add")
    assert shape.main() == 1
    assert "remove its reason" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("def work(x):\n" + "    if x:\n        step()\n" * 12, "cyclomatic complexity 13"),
        ("class A:\n    def __init__(self, a, b, c, d, e, f):\n        pass\n", "6 positional parameters"),
    ],
)
def test_tangled_functions(text: str, fault: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, "src/tangled.py", text)
    assert shape.main() == 1
    assert fault in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["crates/a/tests/b.rs", "web/src/a.test.ts", "src/webapp/x.ts", "crates/a/src/tests.rs"]
)
def test_tests_and_what_is_generated_do_not_count(name: str, root: Path) -> None:
    write(root, name, "// line\n" * 900)
    assert shape.main() == 0


def test_braces_within_texts_and_comments_are_none() -> None:
    rust = 'fn a() {\n    let s = "}";\n    // }\n    let c = \'}\';\n    let r = r#"}"#;\n    step();\n}\nfn b();\n'
    assert [(unit.name, unit.lines) for unit in measure_rust(Path("a.rs"), rust) if unit.name] == [("a", 7)]
    typescript = "function a(): void {\n  const s = `}${b}`;\n  const r = /}/;\n  // }\n}\nif (x) {\n  step();\n}\n"
    assert [(unit.name, unit.lines) for unit in measure_typescript(Path("a.ts"), typescript) if unit.name] == [("a", 5)]


def test_inline_tests_of_a_rust_file_do_not_count() -> None:
    rust = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {\n    }\n}\n"
    units = list(measure_rust(Path("a.rs"), rust))
    assert [(unit.kind, unit.name, unit.lines) for unit in units] == [("file", "", 1), ("function", "a", 1)]


def test_nested_python_functions_count_for_themselves() -> None:
    units = measure_python(Path("a.py"), "def a():\n    def b():\n        if x:\n            pass\n    return b\n")
    assert {unit.name: unit.complexity for unit in units if unit.name} == {"a": 1, "b": 2}
