"""The only Python door to the packet core."""
