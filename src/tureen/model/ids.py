"""Identifiers: distinct types, so that a room id can never be passed where a participant id is meant."""

from __future__ import annotations

from typing import NewType

RoomName = NewType("RoomName", str)
"""What people call a room; unique on a server, chosen by the application."""

Identity = NewType("Identity", str)
"""Who a participant is, as the token says it; unique within a room."""

RoomSid = NewType("RoomSid", str)
"""One life of a room (``RM_…``)."""

ParticipantSid = NewType("ParticipantSid", str)
"""One stay of a participant in a room (``PA_…``)."""

TrackSid = NewType("TrackSid", str)
"""One published track (``TR_…``)."""

TransportId = NewType("TransportId", int)
"""A transport of the packet core; 1 to 2**63 - 1, never reused within a process."""

ProducerId = NewType("ProducerId", int)
"""A producer of the packet core; same range."""

SpeakersGroup = NewType("SpeakersGroup", int)
"""A group of audio producers of the packet core, among which only the loudest are forwarded; same range."""

ConsumerId = NewType("ConsumerId", int)
"""A consumer of the packet core; same range."""
