"""The doctor finds what is missing or stale and says what to do about it."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tools import doctor


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree that is set up and built, by this Python."""
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    for name in ("crates/a.rs", "web/src/a.ts"):
        age(tmp_path / name, 2)
    for name in ("src/tureen/_native.abi3.so", "src/tureen/webapp/index.html"):
        age(tmp_path / name, 1)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    program(tmp_path / ".venv" / "bin" / "python", f'exec "{sys.executable}" "$@"')
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "dev.txt").write_text("# none\n")
    (tmp_path / "Cargo.toml").write_text('[workspace.package]\nrust-version = "1.85"\n')
    return tmp_path


def program(file: Path, line: str) -> None:
    file.write_text(f"#!/bin/sh\n{line}\n")
    file.chmod(0o755)


def age(file: Path, hours: float) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    changed = file.stat().st_mtime - hours * 3600
    os.utime(file, (changed, changed))


def tree(capsys: pytest.CaptureFixture[str]) -> tuple[bool, str]:
    report = doctor.Report()
    doctor.check_tree(report)
    return report.failed, capsys.readouterr().out


def test_a_tree_that_is_set_up(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed, said = tree(capsys)
    assert not failed
    assert said.count("  ok ") == 3


def test_without_an_environment(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".venv" / "bin" / "python").unlink()
    failed, said = tree(capsys)
    assert failed
    assert "make setup" in said


@pytest.mark.parametrize("pin", ["pytest==0.0.1", "Absent.Package==1.0"])
def test_packages_that_differ(pin: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "requirements" / "dev.txt").write_text(f"{pin}\n")
    failed, said = tree(capsys)
    assert failed
    assert pin.split("==", maxsplit=1)[0] in said


def test_packages_are_compared_as_indexes_do(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "requirements" / "dev.txt").write_text(f"Pytest_Asyncio=={version('pytest-asyncio')}\n")
    assert not tree(capsys)[0]


@pytest.mark.parametrize("product", ["src/tureen/_native.abi3.so", "src/tureen/webapp/index.html"])
def test_what_is_not_built(product: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / product).unlink()
    failed, said = tree(capsys)
    assert failed
    assert "make build" in said


@pytest.mark.parametrize("source", ["crates/a.rs", "web/src/a.ts"])
def test_what_is_stale_is_a_note(source: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    age(root / source, 0)
    failed, said = tree(capsys)
    assert not failed
    assert f"older than {source}" in said


@pytest.mark.parametrize(
    ("printed", "failed"), [("tool 1.84.9", True), ("tool 1.85.0 (abc)", False), ("nonsense", True), (None, True)]
)
def test_toolchains(
    printed: str | None, failed: bool, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(root))
    if printed is not None:
        program(root / "tool", f"echo '{printed}'")
    report = doctor.Report()
    doctor.check_version(report, "tool", doctor.min_rust(), "Install the tool.")
    assert report.failed is failed
    assert ("Install the tool." in capsys.readouterr().out) is failed


def test_browsers_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = doctor.Report()
    doctor.check_browsers(report)
    said = capsys.readouterr().out
    assert not report.failed
    assert "Chromium is not installed" in said
    assert "Firefox is not installed" in said
