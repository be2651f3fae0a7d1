"""The database: SQLite within the process, or PostgreSQL by a URL.

Transactions are written once, as scripts (`storage.script`): generators that yield statements and receive rows, and do
no I/O of their own. Each engine runs them its way. Statements are SQLAlchemy Core; tables stand in `storage.schema`.
"""
