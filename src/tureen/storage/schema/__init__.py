"""The tables, a module for each part of the domain. Migrations (`storage.migrations`) lead to exactly these.

Columns mean the same in both databases: text and JSON are TEXT, times BIGINT (Unix milliseconds), booleans SMALLINT.
"""
