"""The native door's wire contract: JSON messages as typed structs, the source of both sides' types.

    commands  client to server; each has an ``id`` and is answered once, by its reply or by an error
    replies   server to client, with the ``id`` of the command
    events    server to client, unasked
    resources what they are about: people, conversations, messages, calls

Points in time are Unix milliseconds and end in ``_at``; durations end in ``_ms``, sizes in ``_bytes``.
Fields that are absent have their default; fields that are not known are ignored, so that either side may be newer.
"""
