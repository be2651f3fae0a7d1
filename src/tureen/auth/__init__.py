"""Tokens to grants. Pure: keys and the time are handed in."""
