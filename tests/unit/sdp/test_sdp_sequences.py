"""Any sequence of offers and bindings that a peer and a room may come up with yields conformant answers."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.sdp_conformance import check_answer, read
from tests.sdp_offers import Peer, PeerSection
from tureen.model.media import CandidateAddress, Fingerprint, IceCredentials, LocalTransport
from tureen.sdp import Answerer, Downlink, read_offer_untrusted

LOCAL = LocalTransport(
    ice=IceCredentials(ufrag="srvr", password="abcdefghijklmnopqrstuv"),
    fingerprint=Fingerprint(algorithm="sha-256", value=":".join(["AB"] * 32)),
    candidates=(CandidateAddress(address="192.0.2.1", port=7880),),
)
MEDIA = st.sampled_from(["audio", "video"])


class PeerConnection(RuleBasedStateMachine):
    """A peer that adds, uses, stops and recycles sections, and a room that binds and releases tracks."""

    def __init__(self) -> None:
        super().__init__()
        self.peer = Peer()
        self.answerer = Answerer(LOCAL, session_id=7)
        self.answers: list[str] = []
        self.wanted: dict[str, int] = {}
        self.accepted: set[str] = set()
        self.last_ssrc = 0

    @initialize()
    def join(self) -> None:
        self.peer.join()

    @rule(media=MEDIA, direction=st.sampled_from(["recvonly", "sendrecv"]))
    def add_placeholder(self, media: str, direction: str) -> None:
        self.peer.add(media, direction)

    @rule(media=MEDIA, simulcast=st.booleans())
    def publish(self, media: str, simulcast: bool) -> None:
        rids = ("q", "h", "f") if simulcast and media == "video" else ()
        self.peer.add(media, "sendonly", rids=rids, msid=f"stream cid{self.peer.next_mid}")

    @rule(choice=st.integers(0))
    def accept(self, choice: int) -> None:
        self.accepted.add(self._pick(choice, self.peer.sections).mid)

    @rule(choice=st.integers(0))
    def pause(self, choice: int) -> None:
        section = self._pick(choice, self._media())
        self.peer.change(section.mid, direction="inactive")
        self.wanted.pop(section.mid, None)

    @rule(choice=st.integers(0))
    def stop(self, choice: int) -> None:
        section = self._pick(choice, self._media())
        self.peer.change(section.mid, stopped=True, rids=(), msid="")
        self.wanted.pop(section.mid, None)

    @rule(choice=st.integers(0), track=st.integers(0, 5))
    def bind(self, choice: int, track: int) -> None:
        """What a room may do: as `may_bind` says, and each track once."""
        free = [section for section in self._media() if section.direction in ("recvonly", "sendrecv")]
        free = [section for section in free if not section.stopped]
        if free and track not in self.wanted.values():
            mid = self._pick(choice, free).mid
            if mid not in self.wanted and self.answerer.may_bind(mid, "PA_x|camera", f"TR_{track}"):
                self.wanted[mid] = track

    @rule(choice=st.integers(0))
    def release(self, choice: int) -> None:
        if self.wanted:
            del self.wanted[sorted(self.wanted)[choice % len(self.wanted)]]

    @rule()
    def restart_ice(self) -> None:
        self.peer.ufrag += "x"
        self.answerer.restart_ice(IceCredentials(ufrag=f"srvr{len(self.answers)}", password="c" * 22))

    @rule()
    def negotiate(self) -> None:
        text = self.peer.offer()
        downlinks = {mid: self._downlink(track) for mid, track in self.wanted.items()}
        answer = self.answerer.answer(read_offer_untrusted(text), uplinks=self.accepted, downlinks=downlinks)
        assert check_answer(text, answer.text, self.answers) == []
        self.answers.append(answer.text)
        self.peer.settle()
        self._check_flows(set(answer.producers))

    @invariant()
    def versions_rise_by_one(self) -> None:
        if self.answers:
            assert read(self.answers[-1]).version == ("7", len(self.answers))

    def _check_flows(self, producers: set[str]) -> None:
        sending = {
            section.mid
            for section in self._media()
            if section.direction in ("sendonly", "sendrecv") and not section.stopped
        }
        assert producers == sending & self.accepted
        bound = {section.mid for section in read(self.answers[-1]).sections if section.values("msid")}
        assert bound == set(self.wanted)

    def _downlink(self, track: int) -> Downlink:
        self.last_ssrc += 2
        return Downlink(
            stream_id="PA_x|camera",
            track_id=f"TR_{track}",
            ssrc=self.last_ssrc,
            rtx_ssrc=self.last_ssrc + 1,
            cname="PA_x",
        )

    def _media(self) -> list[PeerSection]:
        return [section for section in self.peer.sections if section.media != "application"]

    @staticmethod
    def _pick(choice: int, sections: list[PeerSection]) -> PeerSection:
        return sections[choice % len(sections)]


TestPeerConnection = PeerConnection.TestCase
TestPeerConnection.settings = settings(deadline=None)
