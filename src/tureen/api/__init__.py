"""The HTTP API for applications and operators, and what all of our own HTTP answers share.

Routes translate requests to the domain and own no state, as doors do.
"""
