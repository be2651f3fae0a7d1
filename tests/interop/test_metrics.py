"""What a Prometheus server reads while programs meet."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.interop.guests import meeting
from tests.interop.sdk import Address, SdkProcess, sdk_scenario
from tests.server import TureenServer

SRTP_PROFILES = ("aead_aes_256_gcm", "aead_aes_128_gcm", "aes128_cm_sha1_80")


@sdk_scenario
async def _meet(server: Address) -> None:
    async with meeting(server) as room:
        await room.pair()


def counts(server: TureenServer) -> dict[str, float]:
    """Every sample without labels, by name; the page is read by the reference parser."""
    status, page = server.get("/metrics")
    assert status == 200
    families = list(text_string_to_metric_families(page))
    assert len({family.name for family in families}) == len(families)
    return {sample.name: sample.value for family in families for sample in family.samples if not sample.labels}


def test_the_profiles_that_were_negotiated_are_counted(server: TureenServer, sdk: SdkProcess) -> None:
    before = counts(server)
    _meet(server, sdk)
    after = counts(server)
    risen = {name: after[f"tureen_srtp_{name}_total"] - before[f"tureen_srtp_{name}_total"] for name in SRTP_PROFILES}
    assert risen["aead_aes_256_gcm"] + risen["aead_aes_128_gcm"] == 2
    assert risen["aes128_cm_sha1_80"] == 0
    assert after["tureen_panics_total"] == 0
    assert {"tureen_rooms", "tureen_participants", "tureen_transports"} <= set(after)
