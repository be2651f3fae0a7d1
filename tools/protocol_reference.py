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

FILES = {
    ROOT / "protocol" / "schema.json": lambda: json.dumps(protocol_schema.schema(), indent=2) + "\n",
    ROOT / "web" / "sdk" / "src" / "protocol.ts": protocol_typescript.render,
    ROOT / "docs" / "reference" / "native-protocol.md": protocol_page.render,
}


def main() -> int:
    """Writes or checks; the result is the exit code."""
    stale = 0
    for path, render in FILES.items():
        text = render()
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            print(f"{path.relative_to(ROOT)} is not what the contract says. Run: make docs", file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
