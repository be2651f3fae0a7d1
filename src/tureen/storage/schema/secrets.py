"""What the server makes up once and all its nodes share: keys that sign URLs and push messages."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from tureen.storage.schema.metadata import METADATA

SERVER_SECRETS = Table(
    "server_secrets",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
