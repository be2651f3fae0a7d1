"""Values that every layer shares: ids, grants and media parameters. Nothing here does I/O."""
