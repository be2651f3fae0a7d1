"""The certificate for the local network: accepted once, so it must stay the same while it can."""

from __future__ import annotations

import ipaddress
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tureen.server.certificates import check_own_files, lan_certificate, state_folder
from tureen.server.errors import ServeError

NOW = datetime(2030, 1, 1, tzinfo=UTC)


def alternative_names(file: Path) -> x509.SubjectAlternativeName:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def make(folder: Path, *addresses: str, now: datetime = NOW, hostname: str = "kitchen") -> Path:
    return lan_certificate(folder, addresses, hostname, now)


def test_names_every_way_to_this_machine(tmp_path: Path) -> None:
    names = alternative_names(make(tmp_path, "192.168.1.20", "2001:db8::20"))
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "kitchen", "kitchen.local"]
    assert {str(address) for address in names.get_values_for_type(x509.IPAddress)} == {
        "127.0.0.1", "::1", "192.168.1.20", "2001:db8::20",
    }  # fmt: skip


def test_is_usable_and_private(tmp_path: Path) -> None:
    file = make(tmp_path / "deep" / "er", "192.168.1.20")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_lives_no_longer_than_browsers_allow(tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(make(tmp_path).read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < timedelta(days=398)
    assert certificate.not_valid_before_utc < NOW


def test_is_kept(tmp_path: Path) -> None:
    first = make(tmp_path, "192.168.1.20", "192.168.1.21").read_bytes()
    assert make(tmp_path, "192.168.1.20", now=NOW + timedelta(days=300)).read_bytes() == first


def test_is_renewed_for_a_new_address_and_before_it_expires(tmp_path: Path) -> None:
    first = make(tmp_path, "192.168.1.20").read_bytes()
    second = make(tmp_path, "192.168.1.30").read_bytes()
    assert first != second
    assert make(tmp_path, "192.168.1.30", now=NOW + timedelta(days=392)).read_bytes() != second


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_damaged_file_is_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "lan-certificate.pem").write_bytes(content)
    assert ipaddress.ip_address("::1") in alternative_names(make(tmp_path)).get_values_for_type(x509.IPAddress)


@pytest.mark.parametrize("hostname", ["", "küche", "localhost", "a b", "kitchen.example.org"])
def test_any_host_name(hostname: str, tmp_path: Path) -> None:
    assert "localhost" in alternative_names(make(tmp_path, hostname=hostname)).get_values_for_type(x509.DNSName)


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServeError, match="XDG_STATE_HOME"):
        make(tmp_path / "file")


def test_the_state_folder_follows_the_standard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "tureen"
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    assert state_folder() == Path.home() / ".local" / "state" / "tureen"


class TestOwnFiles:
    @pytest.fixture
    def pair(self, tmp_path: Path) -> Path:
        """A file that holds both; PEM readers pick what they look for."""
        return make(tmp_path / "own")

    def test_a_pair(self, pair: Path) -> None:
        check_own_files(pair, pair)

    def test_no_certificate(self, pair: Path, tmp_path: Path) -> None:
        (tmp_path / "cert.pem").write_text("garbage")
        with pytest.raises(ServeError, match=r"tls\.certificate .*cert\.pem.* holds no certificate"):
            check_own_files(tmp_path / "cert.pem", pair)

    def test_no_key(self, pair: Path, tmp_path: Path) -> None:
        (tmp_path / "key.pem").write_text("garbage")
        with pytest.raises(ServeError, match=r"tls\.key .*key\.pem.* holds no private key"):
            check_own_files(pair, tmp_path / "key.pem")

    def test_a_key_under_a_passphrase(self, pair: Path, tmp_path: Path) -> None:
        key = serialization.load_pem_private_key(pair.read_bytes(), password=None)
        locked = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
        (tmp_path / "key.pem").write_bytes(locked)
        with pytest.raises(ServeError, match="passphrase"):
            check_own_files(pair, tmp_path / "key.pem")

    def test_a_key_of_another_certificate(self, pair: Path, tmp_path: Path) -> None:
        with pytest.raises(ServeError, match="is not the key of the first certificate"):
            check_own_files(pair, make(tmp_path / "other"))

    def test_a_file_that_cannot_be_read(self, pair: Path, tmp_path: Path) -> None:
        with pytest.raises(ServeError, match="cannot be read: Is a directory"):
            check_own_files(pair, tmp_path)
