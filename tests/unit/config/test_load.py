"""Settings: which source wins, and what a person is told about a wrong value."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tureen.auth.secret import Secret
from tureen.config.errors import ConfigError, Problem
from tureen.config.load import load_settings
from tureen.config.settings import Gso, LogFormat, Settings
from tureen.config.sources import MAX_FILE_BYTES


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("TUREEN_"):
            monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tureen.toml"


def problems(flags: dict[str, object] | None = None, file: Path | None = None) -> dict[str, Problem]:
    with pytest.raises(ConfigError) as caught:
        load_settings(flags, file)
    return {problem.path: problem for problem in caught.value.problems}


class TestPrecedence:
    def test_defaults(self) -> None:
        settings = load_settings({"dev": True})
        assert settings.port == 7880
        assert settings.rooms.empty_timeout_s == 300
        assert settings.rooms.departure_timeout_s == 20
        assert settings.limits.signal_frame_bytes == 2 * 1024 * 1024
        assert (settings.media.shards, settings.media.gso) == (1, Gso.AUTO)
        assert settings.log.format is LogFormat.AUTO

    def test_flags_then_environment_then_file(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file.write_text('dev = true\nport = 1\n[log]\nlevel = "debug"\nformat = "json"\n[media]\nshards = 2\n')
        assert load_settings(file=file).port == 1
        monkeypatch.setenv("TUREEN_PORT", "2")
        monkeypatch.setenv("TUREEN_LOG_LEVEL", "error")
        assert load_settings(file=file).port == 2
        settings = load_settings({"port": 3, "lan": None}, file)
        assert settings.port == 3
        # A section is merged value by value.
        assert (settings.log.level, settings.log.format, settings.media.shards) == ("error", "json", 2)

    def test_keys_are_replaced_as_a_whole(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file.write_text('[keys]\nold = "secret"\n')
        monkeypatch.setenv("TUREEN_KEYS", "new: other")
        assert load_settings(file=file).keys == {"new": Secret("other")}

    def test_the_tree_itself_reads_no_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "1")
        monkeypatch.setenv("TUREEN_PORT", "2")
        assert Settings(dev=True).port == 7880


class TestKeys:
    def test_dev_makes_the_public_pair(self) -> None:
        assert load_settings({"dev": True}).keys == {"devkey": Secret("secret")}

    def test_own_keys_stay_alone_in_dev(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_KEYS", "mine: s")
        assert set(load_settings({"dev": True}).keys) == {"mine"}

    @pytest.mark.parametrize("text", ["a: b, c: d", "a:b,c:d", "a: b\nc: d", " a : b , c : d , "])
    def test_one_line(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_KEYS", text)
        assert load_settings().keys == {"a": Secret("b"), "c": Secret("d")}

    def test_a_secret_may_hold_a_colon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_KEYS", "a: b:c")
        assert load_settings().keys == {"a": Secret("b:c")}

    def test_none_is_a_clear_error(self) -> None:
        problem = problems()["keys"]
        assert "--dev" in problem.fix
        assert "TUREEN_KEYS" in problem.fix

    @pytest.mark.parametrize("keys", ["hunter2", "a: hunter2, b", {"a": ""}, {"a": ["hunter2"]}, {"": "hunter2"}, 7])
    def test_wrong_keys_do_not_show_the_secret(self, keys: object) -> None:
        problem = problems({"keys": keys})["keys"]
        assert "hunter2" not in str(problem)

    def test_never_shown(self) -> None:
        settings = load_settings({"keys": "a: hunter2", "metrics.token": "hunter2"})
        assert "hunter2" not in f"{settings} {settings!r} {settings.model_dump()}"


class TestWrongValues:
    def test_names_path_flag_reason_and_remedy(self) -> None:
        problem = problems({"dev": True, "port": 70_000})["port"]
        assert problem.origin == "flag --port"
        assert "65535" in problem.why
        assert "--port 7880" in problem.fix

    def test_names_the_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_ROOMS_EMPTY_TIMEOUT_S", "soon")
        problem = problems({"dev": True})["rooms.empty_timeout_s"]
        assert problem.origin == "environment variable TUREEN_ROOMS_EMPTY_TIMEOUT_S"
        assert 'TUREEN_ROOMS_EMPTY_TIMEOUT_S="300"' in problem.fix

    def test_names_the_file(self, file: Path) -> None:
        file.write_text('dev = true\n[log]\nlevel = "loud"\n')
        problem = problems(file=file)["log.level"]
        assert problem.origin == f"file {file}"
        assert "'debug'" in problem.why
        assert 'log.level = "info"' in problem.fix

    def test_names_them_all_at_once(self, file: Path) -> None:
        file.write_text("port = 0\n[media]\nshards = 0\n[tls]\ncertificate = '/nonexistent'\n")
        assert set(problems({"dev": True, "drain_s": -1}, file)) == {
            "port", "media.shards", "tls.certificate", "drain_s",
        }  # fmt: skip

    def test_of_two_sources_blames_the_stronger(self, file: Path) -> None:
        file.write_text("port = 0\n")
        assert problems({"dev": True, "port": -1}, file)["port"].origin == "flag --port"

    @pytest.mark.parametrize(
        ("text", "path", "meant"),
        [
            ("prot = 1", "prot", '"port"'),
            ("[rooms]\nempty_timeout = 1", "rooms.empty_timeout", '"rooms.empty_timeout_s"'),
            ("[room]\nauto_create = true", "room", '"rooms"'),
            ("empty_timeout_s = 1", "empty_timeout_s", '"rooms.empty_timeout_s"'),
            ("[media]\nzzz = 1", "media.zzz", "media.shards, media.shard_ports"),
        ],
    )
    def test_unknown_settings_say_what_was_meant(self, text: str, path: str, meant: str, file: Path) -> None:
        file.write_text(f"dev = true\n{text}\n")
        assert meant in problems(file=file)[path].fix

    def test_half_a_certificate(self, file: Path) -> None:
        file.write_text(f"dev = true\n[tls]\nkey = '{file}'\n")
        problem = problems(file=file)["tls.certificate"]
        assert problem.origin == "not set"
        assert "both or none" in problem.why
        assert "tls.certificate = " in problem.fix

    def test_more_shards_than_ports(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_MEDIA_SHARDS", "3")
        assert load_settings({"dev": True, "port": 65_535}).media.shards == 3, "they share one port"
        monkeypatch.setenv("TUREEN_MEDIA_SHARD_PORTS", "each")
        assert load_settings({"dev": True, "port": 65_533}).media.shards == 3
        assert "65535" in problems({"dev": True, "port": 65_534})["media.shards"].why

    @pytest.mark.parametrize(
        ("name", "fix"),
        [
            ("TUREEN_PROT", "Did you mean TUREEN_PORT?"),
            ("TUREEN_LOG_LEVLE", "Did you mean TUREEN_LOG_LEVEL?"),
            ("TUREEN_KEYS_MINE", "Did you mean TUREEN_KEYS?"),
            ("TUREEN_COLOUR", "Unset it"),
        ],
    )
    def test_unknown_variables(self, name: str, fix: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, "1")
        problem = problems({"dev": True})[""]
        assert problem.origin == f"environment variable {name}"
        assert fix in problem.fix

    @pytest.mark.parametrize("name", ["TUREEN_CONFIG", "TUREEN_SERVICE_HOST", "TUREEN_PORT_7880_TCP_ADDR"])
    def test_variables_for_others_are_left_alone(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, "10.0.0.1")
        assert load_settings({"dev": True}).dev

    @pytest.mark.parametrize(
        ("flag", "value", "why"),
        [
            ("port", "7x", "not a whole number"),
            ("drain_s", "-1", "less than 0"),
            ("lan", "perhaps", "neither true nor false"),
            ("log.format", "xml", "none of 'auto', 'text' or 'json'"),
            ("host", 7, "not a list"),
            ("log", 3, "a section"),
            ("tls.key", "/absent.pem", "no such file"),
        ],
    )
    def test_reasons_are_in_plain_words(self, flag: str, value: object, why: str) -> None:
        assert why in problems({"dev": True, flag: value})[flag].why

    @pytest.mark.parametrize("value", ["nonsense", "1.2.3", "10.0.0.0/8", "example.org", "224.0.0.1", "fe80::1"])
    def test_addresses(self, value: str) -> None:
        assert set(problems({"dev": True, "host": value, "public_addresses": [value]})) == {"host", "public_addresses"}

    @pytest.mark.parametrize("value", ["0.0.0.0,127.0.0.1", "localhost,::", "192.0.2.1,0.0.0.0"])
    def test_addresses_that_contain_each_other(self, value: str) -> None:
        assert "name only one of them" in problems({"dev": True, "host": value})["host"].why

    @pytest.mark.parametrize("value", ["0.0.0.0,::", "0.0.0.0,::1", "localhost,192.0.2.1", "127.0.0.1,127.0.0.1"])
    def test_addresses_that_do_not(self, value: str) -> None:
        assert load_settings({"dev": True, "host": value}).host == tuple(value.split(","))

    def test_a_public_address_is_one_that_can_be_reached(self) -> None:
        assert "could send to" in problems({"dev": True, "public_addresses": "::"})["public_addresses"].why

    def test_names_of_hosts(self) -> None:
        settings = load_settings({"dev": True, "dev_hosts": "Soup.Example.org., tureen"})
        assert settings.dev_hosts == ("soup.example.org", "tureen")

    @pytest.mark.parametrize(
        "value", ["https://soup.example.org", "soup.example.org:443", "a/b", "*.example.org", "a..b"]
    )
    def test_what_is_no_name_of_a_host(self, value: str) -> None:
        assert "without scheme" in problems({"dev": True, "dev_hosts": value})["dev_hosts"].why

    def test_a_section_in_one_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_LOG", "info")
        with pytest.raises(ConfigError, match="TUREEN_LOG_LEVEL"):
            load_settings({"dev": True})

    def test_a_kubernetes_service_link(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_PORT", "tcp://10.0.0.1:7880")
        assert "enableServiceLinks" in problems({"dev": True})["port"].why


class TestLists:
    def test_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_HOST", "localhost, 192.0.2.1,[2001:DB8::1]")
        assert load_settings({"dev": True}).host == ("localhost", "192.0.2.1", "2001:db8::1")

    def test_from_a_file(self, file: Path) -> None:
        file.write_text('dev = true\npublic_addresses = ["203.0.113.7"]\n')
        assert load_settings(file=file).public_addresses == ("203.0.113.7",)


class TestFile:
    @pytest.mark.parametrize(
        "raw", [b"port = ", b"\xff\xfe", b"[", b"x" * (MAX_FILE_BYTES + 1)], ids=lambda raw: raw[:4]
    )
    def test_unreadable(self, raw: bytes, file: Path) -> None:
        file.write_bytes(raw)
        assert str(file) in problems(file=file)[""].origin

    def test_missing(self, tmp_path: Path) -> None:
        assert "--config" in problems(file=tmp_path / "absent.toml")[""].fix
        assert "" in problems(file=tmp_path)

    @given(st.binary(max_size=80))
    def test_any_bytes(self, raw: bytes) -> None:
        # One directory for each example: Hypothesis and function-scoped fixtures do not mix.
        with tempfile.TemporaryDirectory() as folder, contextlib.suppress(ConfigError):
            path = Path(folder) / "tureen.toml"
            path.write_bytes(raw)
            assert load_settings({"dev": True}, path).dev


class TestStorage:
    @pytest.mark.parametrize("url", ["sqlite:////srv/tureen.db", "postgresql://tureen:geheim@db.example.com/tureen"])
    def test_a_database_is_named_and_its_password_kept(self, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TUREEN_STORAGE_URL", url)
        settings = load_settings({"dev": True})
        assert settings.storage.url == Secret(url)
        assert "geheim" not in repr(settings)

    @pytest.mark.parametrize("url", ["", "tureen.db", "mysql://u:geheim@h/n", "sqlite://", "sqlite:///:memory:"])
    def test_what_names_no_database_is_explained(self, url: str) -> None:
        problem = problems({"dev": True, "storage.url": url})["storage.url"]
        assert problem.origin == "flag --storage-url"
        assert "postgresql://tureen:<password>@" in problem.fix
        assert "geheim" not in problem.why + problem.fix
