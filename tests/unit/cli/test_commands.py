"""The command line as a person meets it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import tureen
from tests.server import free_port
from tureen.auth.secret import Secret
from tureen.auth.tokens import check_token_untrusted
from tureen.cli.main import main
from tureen.model.grant import Grant, ParticipantKind, TrackSource

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TUREEN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line; gives exit code, output, errors."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tureen", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run


def grant_of(token: str, secret: str = "secret", key: str = "devkey") -> Grant:
    return check_token_untrusted(token.strip(), {key: Secret(secret)}, time.time())


class TestToken:
    def test_for_a_trial(self, run: Run) -> None:
        code, out, err = run("token", "create", "--dev", "--room", "soup", "--identity", "ada")
        assert (code, err) == (0, "")
        grant = grant_of(out)
        assert (grant.identity, grant.room.room, grant.room.join) == ("ada", "soup", True)
        assert grant.room.publish
        assert not grant.room.admin

    def test_with_every_option(self, run: Run) -> None:
        _, out, _ = run(
            "token", "create", "--dev", "--room", "soup", "--identity", "bot", "--name", "Bot", "--ttl", "15m",
            "--no-publish", "--data", "--no-subscribe", "--source", "camera", "--source", "microphone",
            "--update-metadata", "--hidden", "--agent", "--admin", "--create-rooms", "--list-rooms",
            "--metadata", "m", "--attribute", "role=host", "--attribute", "x=a=b",
        )  # fmt: skip
        grant = grant_of(out)
        assert grant.kind is ParticipantKind.AGENT
        assert grant.attributes == {"role": "host", "x": "a=b"}
        assert (grant.room.publish, grant.room.publish_data, grant.room.subscribe) == (False, True, False)
        assert grant.room.publish_sources == {TrackSource.CAMERA, TrackSource.MICROPHONE}
        assert all((grant.room.admin, grant.room.create, grant.room.list, grant.room.hidden, grant.room.agent))
        assert 880 < grant.expires_at - time.time() <= 901

    @pytest.mark.parametrize(
        ("arguments", "rights"),
        [([], (False, False)), (["--people"], (True, False)), (["--people-admin"], (False, True))],
    )
    def test_for_the_native_door_and_for_the_application(
        self, arguments: list[str], rights: tuple[bool, bool], run: Run
    ) -> None:
        _, out, _ = run("token", "create", "--dev", "--identity", "robot", *arguments)
        grant = grant_of(out)
        assert (grant.people.connect, grant.people.admin) == rights
        assert not grant.room.join

    def test_signs_with_the_key_that_is_asked_for(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_KEYS", "first: a, second: b")
        _, out, _ = run("token", "create", "--room", "soup", "--identity", "ada", "--key", "second")
        assert grant_of(out, "b", "second").api_key == "second"

    @pytest.mark.parametrize(
        ("arguments", "hint"),
        [
            (["--ttl", "soon"], "90s, 15m"),
            (["--ttl", "0s"], "90s, 15m"),
            (["--attribute", "role"], "role=host"),
            (["--source", "hologram"], "screen_share"),
            (["--key", "absent"], "devkey"),
            (["--identity", ""], "identity"),
        ],
    )
    def test_wrong_options_are_explained(self, arguments: list[str], hint: str, run: Run) -> None:
        code, out, err = run("token", "create", "--dev", "--room", "soup", "--identity", "ada", *arguments)
        assert (code, out) == (2, "")
        assert hint in err
        assert "Traceback" not in err

    def test_without_keys(self, run: Run) -> None:
        code, _, err = run("token", "create", "--room", "soup", "--identity", "ada")
        assert code == 2
        assert "--dev" in err


class TestServe:
    def test_a_wrong_setting_ends_it_with_an_explanation(self, run: Run) -> None:
        code, out, err = run("serve", "--dev", "--port", "70000")
        assert (code, out) == (2, "")
        assert "port (flag --port)" in err
        assert "--port 7880" in err
        assert "Traceback" not in err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--port", "abc"], "--port 7880"),
            (["--drain-s", "soon"], "--drain-s 10"),
            (["--host", "example.org"], "--host 192.0.2.10"),
            (["--log-level", "loud"], "--log-level info"),
            (["--tls-certificate", "/etc/hostname"], "--tls-key /etc/tureen/key.pem"),
            (["--tls-key", "/absent.pem", "--tls-certificate", "/absent.pem"], "There is no such file"),
            (["--config", "/absent.toml"], "Name an existing file with --config"),
        ],
    )
    def test_wrong_flags_say_what_to_write(self, arguments: list[str], said: str, run: Run) -> None:
        code, out, err = run("serve", "--dev", *arguments)
        assert (code, out) == (2, "")
        assert said in err
        assert "Traceback" not in err

    @pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
    def test_a_port_that_is_taken(self, kind: socket.SocketKind) -> None:
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind(("127.0.0.1", 0))
            if kind is socket.SOCK_STREAM:
                taken.listen()
            port = taken.getsockname()[1]
            code, out, err = run_apart("serve", "--dev", "--host", "127.0.0.1", "--port", str(port))
        assert (code, out) == (2, "")
        assert str(port) in err
        assert "choose another port with --port" in err
        assert "Traceback" not in err

    def test_certificate_files_that_cannot_be_used(self, tmp_path: Path) -> None:
        file = tmp_path / "cert.pem"
        file.write_text("garbage")
        own = ("--tls-certificate", str(file), "--tls-key", str(file))
        code, out, err = run_apart("serve", "--dev", "--port", str(free_port()), *own)
        assert (code, out) == (2, "")
        assert f"tls.certificate ({file}) holds no certificate" in err
        assert "Traceback" not in err

    def test_a_wrong_file_too(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "tureen.toml"
        file.write_text("[rooms]\nempty_timeout = 3\n")
        code, _, err = run("serve", "--dev", "--config", str(file))
        assert code == 2
        assert 'Did you mean "rooms.empty_timeout_s"?' in err
        assert str(file) in err


class TestVersion:
    def test_is_printed(self, run: Run) -> None:
        code, out, _ = run("version")
        assert code == 0
        assert out.startswith("tureen ")


def child(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tureen", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(tureen.__file__).parent.parent), "PYTHONUNBUFFERED": "1"}


def run_apart(*arguments: str) -> tuple[int, str, str]:
    """Runs a command line that gets as far as to start the server, in a process of its own."""
    ended = subprocess.run(
        child(*arguments), env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return ended.returncode, ended.stdout, ended.stderr


@pytest.mark.parametrize("command", [("serve", "--dev", "--host", "127.0.0.1"), ("export", "archive.zip")])
def test_a_damaged_database_is_neither_served_nor_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    file = tmp_path / "tureen.db"
    file.write_bytes(b"SQLite format 3\0" + b"\xff" * 8176)
    monkeypatch.chdir(tmp_path)
    port = ("--port", str(free_port())) if command[0] == "serve" else ()
    code, _, errors = run_apart(*command, *port, "--storage-url", f"sqlite:///{file}")
    assert code == 2
    assert f"{file} is damaged or no database" in errors
    assert "Traceback" not in errors
    assert file.read_bytes() == b"SQLite format 3\0" + b"\xff" * 8176
    assert [path.name for path in tmp_path.iterdir()] == ["tureen.db"]


def test_python_dash_m_serves_until_a_signal(tmp_path: Path) -> None:
    """The whole program once: banner, then SIGTERM, then exit code 0."""
    port = free_port()
    with subprocess.Popen(
        child("serve", "--dev", "--host", "127.0.0.1", "--port", str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl+C" in line:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        page = "".join(lines)
        assert f"http://localhost:{port}/r/" in page
        assert f"ws://localhost:{port}" in page
        assert "devkey" in page
