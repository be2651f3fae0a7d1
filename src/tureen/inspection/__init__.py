"""Looks into files that people send: in worker processes, so that no file can harm the server.

A worker has bounds on memory, processor time and files, and is killed and replaced when it passes one.
"""
