"""One offer in, one answer out, and what both mean for the packet core."""

from __future__ import annotations

from msgspec import Struct

from tureen.doors.negotiation.downlinks import BoundDownlink, Downlinks, Requirement, WantedTrack
from tureen.doors.negotiation.uplinks import PendingTrack, UplinkKey, Uplinks
from tureen.media.ssrc import SsrcAllocator
from tureen.model.ids import TrackSid
from tureen.model.media import SHARD_SIGNS, IceCredentials, LocalTransport, ProducerParameters, RemoteTransport
from tureen.ports import Entropy
from tureen.sdp import Answerer, Offer, read_offer_untrusted

_UFRAG_CHARACTERS = 8
_PASSWORD_CHARACTERS = 32


class Negotiated(Struct, frozen=True, kw_only=True):
    """The answer to one offer, and what it means."""

    answer: str
    remote: RemoteTransport
    restarted_ice: IceCredentials | None
    """Our fresh credentials if the offer restarted ICE."""
    uplinks: dict[UplinkKey, ProducerParameters]
    """Published tracks that are carried newly, or differently than before."""
    ended: tuple[UplinkKey, ...]
    """Published tracks that the client stopped sending."""
    opened: tuple[BoundDownlink, ...]
    lost: tuple[TrackSid, ...]
    """Subscribed tracks whose section the client took away; another is asked for."""
    unsupported: tuple[TrackSid, ...]
    """Subscribed tracks that the client cannot decode."""
    tracks_by_mid: dict[str, TrackSid]
    """Subscribed tracks by section."""


def fresh_credentials(entropy: Entropy, shard: int) -> IceCredentials:
    """Unpredictable ICE credentials (RFC 8445 section 5.3) for a transport on this shard, which the fragment names."""
    return IceCredentials(
        ufrag=SHARD_SIGNS[shard] + entropy.token(_UFRAG_CHARACTERS - 1), password=entropy.token(_PASSWORD_CHARACTERS)
    )


class Negotiation:
    """Wires uplinks, downlinks and the answerer of one peer connection."""

    def __init__(self, local: LocalTransport, shard: int, entropy: Entropy) -> None:
        """``local``: our side of the transport, which is on ``shard``."""
        self._shard = shard
        self._entropy = entropy
        self._answerer = Answerer(local, entropy.integer(62))
        self._uplinks = Uplinks()
        self._downlinks = Downlinks(SsrcAllocator(entropy.integer(16)))

    def publish(self, track: PendingTrack) -> ProducerParameters | None:
        """An announced track. Returns what carries it if its section was offered before."""
        return self._uplinks.add(track)

    def unpublish(self, key: UplinkKey) -> None:
        """A published track ended."""
        self._uplinks.remove(key)

    def subscribe(self, track: WantedTrack) -> None:
        """A track that the client shall receive."""
        self._downlinks.want(track)

    def unsubscribe(self, sid: TrackSid) -> None:
        """A track that the client shall no longer receive."""
        self._downlinks.release(sid)

    def poll_requirement(self) -> Requirement | None:
        """What the client must be asked for now, if anything."""
        return self._downlinks.poll_requirement()

    def handle_offer(self, text: str, *, may_publish: bool) -> Negotiated:
        """Answers. Raises `sdp.SdpError`, and changes nothing, if the offer cannot be answered.

        ``may_publish``: whether a track that was not announced yet may be one later.
        """
        offer = read_offer_untrusted(text)
        restarted = self._restart_ice(offer)
        uplinks = self._uplinks.plan(offer, may_publish=may_publish)
        downlinks = self._downlinks.plan(offer, self._answerer.may_bind)
        answer = self._answerer.answer(
            offer, uplinks=uplinks.accepted, preferred=uplinks.preferred, downlinks=downlinks.downlinks
        )
        changed = self._uplinks.commit(uplinks, answer.producers)
        self._downlinks.commit(offer, downlinks)
        return Negotiated(
            answer=answer.text,
            remote=offer.remote,
            restarted_ice=restarted,
            uplinks=changed,
            ended=uplinks.ended,
            opened=downlinks.opened,
            lost=downlinks.lost,
            unsupported=downlinks.unsupported,
            tracks_by_mid=self._downlinks.tracks_by_mid,
        )

    def _restart_ice(self, offer: Offer) -> IceCredentials | None:
        if not self._answerer.restarts_ice(offer):
            return None
        credentials = fresh_credentials(self._entropy, self._shard)
        self._answerer.restart_ice(credentials)
        return credentials
