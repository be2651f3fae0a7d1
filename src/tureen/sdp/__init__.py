"""Session descriptions (RFC 8866) as WebRTC uses them (RFC 8829): read, written, and answered.

The server only ever answers: it is ICE-lite, DTLS server, and wants everything bundled on one transport. Nothing here
does I/O.
"""

from tureen.sdp.answered_section import Downlink
from tureen.sdp.answerer import Answer, Answerer
from tureen.sdp.compatibility import payload_type_mappings
from tureen.sdp.description import MediaDescription, SessionDescription
from tureen.sdp.direction import Direction
from tureen.sdp.errors import SdpError
from tureen.sdp.offer import Offer, read_offer_untrusted
from tureen.sdp.offered_section import OfferedSection, SectionKind
from tureen.sdp.parser import parse_untrusted

__all__ = [
    "Answer",
    "Answerer",
    "Direction",
    "Downlink",
    "MediaDescription",
    "Offer",
    "OfferedSection",
    "SdpError",
    "SectionKind",
    "SessionDescription",
    "parse_untrusted",
    "payload_type_mappings",
    "read_offer_untrusted",
]
