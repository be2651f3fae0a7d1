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

UserId = NewType("UserId", str)
"""Who a person (or a program) is, as the application says it: a token's subject. 1 to 128 characters, never reused."""

DeviceId = NewType("DeviceId", str)
"""One installation of a client, chosen by it once and kept; unique among the devices of a user."""

SessionId = NewType("SessionId", str)
"""The link of one device to the native door (``SE_…``); it outlives a dropped connection."""

ConversationId = NewType("ConversationId", str)
"""A conversation (``CV_…``)."""

MessageId = NewType("MessageId", str)
"""A message of a conversation (``MS_…``)."""

AttachmentId = NewType("AttachmentId", str)
"""A file that was uploaded, or is about to be (``AT_…``)."""

CallId = NewType("CallId", str)
"""A call (``CA_…``); ids of later calls sort after those of earlier ones."""
