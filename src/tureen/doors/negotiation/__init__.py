"""Offer and answer for one participant whose client always offers and whom we always answer.

Sans-IO and free of any door's words: the LiveKit door uses it, and WHIP and WHEP can.
"""

from tureen.doors.negotiation.downlinks import BoundDownlink, Requirement, WantedTrack
from tureen.doors.negotiation.negotiation import Negotiated, Negotiation
from tureen.doors.negotiation.uplinks import PendingTrack, UplinkKey

__all__ = ["BoundDownlink", "Negotiated", "Negotiation", "PendingTrack", "Requirement", "UplinkKey", "WantedTrack"]
