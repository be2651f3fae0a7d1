"""Where a server listens."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from tureen.config.load import load_settings
from tureen.config.settings import Settings
from tureen.server.addresses import Listener, in_url, lan_addresses, listeners, media_addresses

LAN = ("192.168.1.20", "2001:db8::20")


def settings(**flags: Any) -> Settings:
    return load_settings({"keys": "a: b", **flags})


def chosen(**flags: Any) -> dict[str, bool]:
    """Address to whether it is HTTPS."""
    return {listener.address: listener.tls for listener in listeners(settings(**flags), LAN)}


class TestListeners:
    def test_development_stays_on_this_machine(self) -> None:
        assert chosen(dev=True) == {"127.0.0.1": False, "::1": False}

    def test_production_listens_everywhere(self) -> None:
        assert chosen() == {"0.0.0.0": False, "::": False}

    def test_the_local_network_is_https_and_this_machine_is_not(self) -> None:
        assert chosen(dev=True, lan=True) == {
            "127.0.0.1": False,
            "::1": False,
            "192.168.1.20": True,
            "2001:db8::20": True,
        }

    def test_a_choice_is_kept(self) -> None:
        assert chosen(dev=True, host="192.0.2.7") == {"192.0.2.7": False}
        assert chosen(host="localhost") == {"127.0.0.1": False, "::1": False}

    def test_a_wildcard_covers_the_local_network(self) -> None:
        assert chosen(host="0.0.0.0", lan=True) == {"0.0.0.0": True}

    def test_what_was_chosen_must_exist_and_what_was_presumed_may_not(self) -> None:
        assert [each.required for each in listeners(settings(host="192.0.2.7,2001:db8::7"), LAN)] == [True, True]
        assert [each.required for each in listeners(settings(dev=True), LAN)] == [True, False]


class TestMediaAddresses:
    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            ({}, ("192.168.1.20", "127.0.0.1", "2001:db8::20", "::1")),
            ({"dev": True}, (*LAN, "127.0.0.1", "::1")),
            ({"dev": True, "lan": True}, ("127.0.0.1", "::1", *LAN)),
            ({"host": "192.0.2.7"}, ("192.0.2.7",)),
        ],
    )
    def test_are_literal(self, flags: dict[str, Any], expected: tuple[str, ...]) -> None:
        assert media_addresses(listeners(settings(**flags), LAN), LAN) == expected


class TestOwnAddresses:
    def test_others_can_reach_them(self) -> None:
        for address in lan_addresses():
            parsed = ipaddress.ip_address(address)
            assert not any((parsed.is_loopback, parsed.is_unspecified, parsed.is_link_local, parsed.is_multicast))

    def test_in_urls(self) -> None:
        assert (in_url("192.0.2.1"), in_url("2001:db8::1")) == ("192.0.2.1", "[2001:db8::1]")

    def test_a_listener_knows_its_reach(self) -> None:
        assert Listener(address="::1", tls=False).is_loopback
        assert Listener(address="::", tls=False).is_wildcard
