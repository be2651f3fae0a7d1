"""The way from any older database to today's tables, run by Alembic when a node starts.

`versions` holds one step a file, `env.py` and `script.py.mako` are Alembic's own entry points. Steps that have been
released are never edited. ``tools/new_migration.py`` writes one from what `schema` says that the last one does not.
"""
