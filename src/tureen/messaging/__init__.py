"""Conversations: who is in them, what was written, and what they share. Pure: time, chance and the store come in.

Every command goes the same way: validate, authorise (`gate`, `rules`), ask the application (`asking`), commit
(`store`), publish (`outgoing`); only then is it acknowledged.

The service is `MessagingService`; what it needs is `Outside`.
"""

from tureen.messaging.limits import MessagingLimits, Retention
from tureen.messaging.outside import Attachments, BeforePublish, Draft, NoAttachments, Outside
from tureen.messaging.service import MessagingService
from tureen.messaging.store import MessagingStore

__all__ = [
    "Attachments",
    "BeforePublish",
    "Draft",
    "MessagingLimits",
    "MessagingService",
    "MessagingStore",
    "NoAttachments",
    "Outside",
    "Retention",
]
