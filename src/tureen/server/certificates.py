"""Certificates for HTTPS: the operator's own files, checked; or, for trials on the local network, a self-signed one.

The self-signed one is kept, so that a phone has to accept it only once.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tureen.server.errors import ServeError

LIFETIME = timedelta(days=397)
"""Browsers of Apple refuse certificates that live longer than 398 days."""

RENEW_BEFORE = timedelta(days=7)
CLOCK_SKEW = timedelta(hours=1)


def state_folder() -> Path:
    """Where this user's programs keep state (XDG base directory specification)."""
    base = os.environ.get("XDG_STATE_HOME") or ""
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state"
    return root / "tureen"


def lan_certificate(folder: Path, addresses: Sequence[str], hostname: str, now: datetime) -> Path:
    """A PEM file with key and certificate for ``localhost``, ``hostname`` and these addresses; made anew if need be.

    ``now``: with a time zone. Raises `ServeError` when ``folder`` cannot be written.
    """
    file = folder / "lan-certificate.pem"
    names = _alternative_names(addresses, hostname)
    if _serves(file, names, now):
        return file
    try:
        _write_private(file, _self_signed(names, now))
    except OSError as error:
        raise ServeError(
            f"The certificate for the local network cannot be kept in {folder}: {error.strerror}.",
            "Make the folder writable, point XDG_STATE_HOME elsewhere, or name own files (tls.certificate, tls.key).",
        ) from error
    return file


def check_own_files(chain: Path, key: Path) -> None:
    """Whether the files can serve HTTPS. Raises `ServeError`, which says which of them cannot and why."""
    certificate = _first_certificate(chain)
    if _private_key(key).public_key() != certificate.public_key():
        raise ServeError(
            f"tls.key ({key}) is not the key of the first certificate in tls.certificate ({chain}).",
            "Name the key that the certificate was made for; in the chain, the server's own certificate stands first.",
        )


def _first_certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_content("tls.certificate", file))
    except ValueError as error:
        raise ServeError(
            f"tls.certificate ({file}) holds no certificate in PEM form.",
            'Name a file that begins with "-----BEGIN CERTIFICATE-----".',
        ) from error


def _private_key(file: Path) -> PrivateKeyTypes:
    try:
        return serialization.load_pem_private_key(_content("tls.key", file), password=None)
    except TypeError as error:  # what the library says about a key under a passphrase
        raise ServeError(
            f"tls.key ({file}) is protected by a passphrase, for which nobody can be asked.",
            f"Write it without one: openssl pkey -in {file} -out plain.pem",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ServeError(
            f"tls.key ({file}) holds no private key in PEM form.",
            'Name a file that begins with "-----BEGIN PRIVATE KEY-----" or the like.',
        ) from error


def _content(setting: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ServeError(
            f"{setting} ({file}) cannot be read: {error.strerror}.", "Let the server's user read it."
        ) from error


def _alternative_names(addresses: Sequence[str], hostname: str) -> list[x509.GeneralName]:
    # Host names may hold what a certificate cannot; such a machine is then known by its addresses.
    names = ["localhost"]
    if hostname.isascii() and hostname.replace("-", "").replace(".", "").isalnum() and hostname not in names:
        names += [hostname] if "." in hostname else [hostname, f"{hostname}.local"]
    literals = dict.fromkeys(("127.0.0.1", "::1", *addresses))
    return [
        *(x509.DNSName(name) for name in names),
        *(x509.IPAddress(ipaddress.ip_address(address)) for address in literals),
    ]


def _serves(file: Path, names: Sequence[x509.GeneralName], now: datetime) -> bool:
    """Whether the file holds a key and its certificate for all of these names, for some time to come."""
    try:
        pem = file.read_bytes()
        certificate = x509.load_pem_x509_certificate(pem)
        key = serialization.load_pem_private_key(pem, password=None)
        present = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return (
        key.public_key() == certificate.public_key()
        and certificate.not_valid_before_utc <= now
        and now + RENEW_BEFORE < certificate.not_valid_after_utc
        and set(names) <= set(present)
    )


def _self_signed(names: Sequence[x509.GeneralName], now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tureen on the local network")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now - CLOCK_SKEW + LIFETIME)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _write_private(file: Path, content: bytes) -> None:
    """Readable by its owner only, and whole or not at all: another server may be starting at the same time."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=".lan-certificate-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
