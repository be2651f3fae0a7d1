"""SQLite in the process: one thread writes and commits in groups, a few read.

::

    event loop ──▶ queue ──▶ writer thread:  BEGIN · script · script · … · COMMIT (one fsync)
        ▲                                              │
        └──────────────── one call per group ──────────┘
"""

from tureen.storage.sqlite.database import SqliteDatabase

__all__ = ["SqliteDatabase"]
