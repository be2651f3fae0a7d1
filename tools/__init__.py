"""Checks and generators of this repository; no part of the product."""
