from __future__ import annotations

import http_ece  # type: ignore[import-untyped]
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tureen.auth.secret import Secret
from tureen.webpush import base64url
from tureen.webpush.encryption import MAX_PLAINTEXT_BYTES, DeviceKeys
from tureen.webpush.public_addresses import is_public
from tureen.webpush.vapid import Vapid, new_vapid_key

# RFC 8291, appendix A.
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(base64url.decode_untrusted(text), "big"), ec.SECP256R1())


def test_the_vector_of_rfc_8291() -> None:
    keys = DeviceKeys(UA_PUBLIC, AUTH)
    plaintext = b"When I grow up, I want to be a watermelon"
    body = keys.encrypt(plaintext, key=private_key(AS_PRIVATE), salt=base64url.decode_untrusted(SALT))
    assert base64url.encode(body) == BODY


def test_the_longest_message_fits_into_one_record_and_each_is_different() -> None:
    keys = DeviceKeys(UA_PUBLIC, AUTH)
    one, two = keys.encrypt(b"x" * MAX_PLAINTEXT_BYTES), keys.encrypt(b"x" * MAX_PLAINTEXT_BYTES)
    assert len(one) == 4096
    assert one != two
    secret = base64url.decode_untrusted(AUTH)
    assert http_ece.decrypt(one, private_key=private_key(UA_PRIVATE), auth_secret=secret) == b"x" * MAX_PLAINTEXT_BYTES


@pytest.mark.parametrize(
    ("public_key", "auth"),
    [
        ("", AUTH),
        (UA_PUBLIC, ""),
        (UA_PUBLIC[:-2], AUTH),
        (UA_PUBLIC, AUTH + "AAAA"),
        (base64url.encode(b"\x04" + b"\x01" * 64), AUTH),
        (UA_PUBLIC.replace("B", "!", 1), AUTH),
        ("é" * 87, AUTH),
    ],
)
def test_what_is_no_key_is_refused(public_key: str, auth: str) -> None:
    with pytest.raises(ValueError):
        DeviceKeys(public_key, auth)


@given(st.text(max_size=100))
def test_base64url_raises_one_error(text: str) -> None:
    try:
        raw = base64url.decode_untrusted(text)
    except ValueError:
        return
    assert len(raw) == len(text.rstrip("=")) * 6 // 8


def test_tokens_name_the_service_and_are_used_again() -> None:
    vapid = Vapid(new_vapid_key(), "mailto:ops@example.org")
    header = vapid.authorization("https://push.example.org", 1000)
    assert vapid.authorization("https://push.example.org", 5000) == header
    assert vapid.authorization("https://push.example.org", 1000 + 11.5 * 3600) != header
    assert vapid.authorization("https://other.example.org", 1000) != header
    token = header.removeprefix("vapid t=").partition(",")[0]
    assert header.endswith(f", k={vapid.public_key}")
    point = base64url.decode_untrusted(vapid.public_key)
    claims = jwt.decode(
        token,
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point),
        algorithms=["ES256"],
        audience="https://push.example.org",
        options={"verify_exp": False},
    )
    assert claims == {"aud": "https://push.example.org", "exp": 1000 + 12 * 3600, "sub": "mailto:ops@example.org"}


def test_a_key_stays_the_same() -> None:
    key = new_vapid_key()
    assert Vapid(key, "").public_key == Vapid(key, "").public_key != Vapid(new_vapid_key(), "").public_key


@pytest.mark.parametrize("text", ["", "AAAA", "!" * 43, base64url.encode(b"\0" * 32)])
def test_what_is_no_key_of_a_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Vapid(Secret(text), "")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "",
    ],
)
def test_addresses_that_are_not_in_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)
