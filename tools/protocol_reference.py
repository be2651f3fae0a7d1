"""Writes what is generated from the native door's contract (`src/tureen/protocol`), so that nothing can say otherwise:
the JSON Schema, the TypeScript types and the reference page.

With ``--check`` it writes nothing and fails when a file is not what it would write.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
if __package__ in (None, ""):
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tools import protocol_page, protocol_schema, protocol_typescript  # noqa: E402 - the path comes first
from tools.generated_files import write_or_check  # noqa: E402

FILES = {
    ROOT / "protocol" / "schema.json": lambda: json.dumps(protocol_schema.schema(), indent=2) + "\n",
    ROOT / "web" / "sdk" / "src" / "protocol.ts": protocol_typescript.render,
    ROOT / "docs" / "reference" / "native-protocol.md": protocol_page.render,
}


def main() -> int:
    """Writes or checks; the result is the exit code."""
    return write_or_check(FILES, "the contract")


if __name__ == "__main__":
    sys.exit(main())
