"""The documentation check sees dead links and folders that the map forgot."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import docs_check


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose documentation is true."""
    monkeypatch.setattr(docs_check, "ROOT", tmp_path)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("")
    (tmp_path / "ARCHITECTURE.md").write_text("# Map of *all*\n\n`src/` holds the code. See [the map](#map-of-all).\n")
    return tmp_path


def faults(capsys: pytest.CaptureFixture[str]) -> str:
    code = docs_check.main()
    errors = capsys.readouterr().err
    assert code == (1 if errors else 0)
    return errors


def test_a_true_tree_passes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert faults(capsys) == ""


def test_a_folder_that_the_map_forgot(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "lib").mkdir()
    (root / "lib" / "b.py").write_text("")
    assert "does not name lib/" in faults(capsys)


def test_a_folder_that_is_not_under_version_control(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".gitignore").write_text("/dist/\n")
    (root / "dist").mkdir()
    (root / "dist" / "b.py").write_text("")
    assert faults(capsys) == ""


def test_python_in_the_readme_that_is_no_example(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ARCHITECTURE.md").write_text("`src/`, `examples/`\n")
    (root / "examples").mkdir()
    (root / "examples" / "a.py").write_text("print(1)\n")
    (root / "README.md").write_text("```python\nprint(1)\n```\n")
    assert faults(capsys) == ""
    (root / "README.md").write_text("```python\nprint(2)\n```\n")
    assert "print(2)" in faults(capsys)


def test_without_a_map(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "ARCHITECTURE.md").unlink()
    assert "ARCHITECTURE.md is missing" in faults(capsys)


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](absent.md)", "leads nowhere"),
        ("![a](absent.png)", "leads nowhere"),
        ("[a](ARCHITECTURE.md#no-such)", "names a heading"),
        ("[a](#no-such)", "names a heading"),
        ("[a](ARCHITECTURE.md#map-of-all)", ""),
        ("[a](src/)", ""),
        ("[a](https://example.org/absent)", ""),
        ("`[a](absent.md)`", ""),
        ("```\n[a](absent.md)\n```", ""),
    ],
)
def test_links(link: str, fault: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "README.md").write_text(f"# Hello\n\n{link}\n")
    found = faults(capsys)
    assert (fault in found) if fault else (found == "")


def test_links_are_relative_to_their_page(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "src" / "README.md").write_text("[code](a.py) [map](../ARCHITECTURE.md)\n")
    assert faults(capsys) == ""
