"""Reaches devices that are closed: who is registered where, what is on its way, what to do when it does not arrive.

::

    notify ──▶ lane of (user, about) ──▶ registrations ──▶ lane of (user, device, about) ──▶ channel
                                                             ▲                                 │
                                                             └───── later, until the deadline ─┘

A lane carries one notice at a time, and of those that wait only the newest: notices about one call or conversation
arrive in order, and later ones replace earlier ones. Pure: a `PushChannel` speaks to the push services.
"""
