"""Conversations in SQL: `SqlMessagingStore` runs one script of this package for each method of the domain's store."""

from tureen.storage.messaging.store import SqlMessagingStore

__all__ = ["SqlMessagingStore"]
