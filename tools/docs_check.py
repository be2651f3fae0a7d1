"""Checks what documentation says about the tree: the map names every folder, links lead somewhere, and the README's
Python is that of an example, which tests run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).parent.parent
MAP = "ARCHITECTURE.md"
README = "README.md"
EXAMPLES = "examples"
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)[^)]*\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def main() -> int:
    """Prints the faults; the result is the exit code."""
    files = tracked_files()
    pages = [path for path in files if path.suffix == ".md"]
    dead_links = (fault for page in pages for fault in find_dead_links(page))
    faults = [*find_unmapped(files), *find_unproved_python(files), *dead_links]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"documentation: {len(pages)} pages, {len(faults)} faults")
    return 1 if faults else 0


def tracked_files() -> list[Path]:
    """Files that are or would be under version control, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607 - git is on the path
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [path for name in sorted(set(listed.stdout.split("\0"))) if name and (ROOT / (path := Path(name))).is_file()]


def find_unmapped(files: list[Path]) -> Iterator[str]:
    """Top-level folders that the map does not name as ``folder/``."""
    if not (ROOT / MAP).is_file():
        yield f"{MAP} is missing."
        return
    text = (ROOT / MAP).read_text()
    for folder in sorted({path.parts[0] for path in files if len(path.parts) > 1}):
        if f"{folder}/" not in text:
            yield f"{MAP} does not name {folder}/."


def find_unproved_python(files: list[Path]) -> Iterator[str]:
    """Python in the README that is not word for word an example."""
    examples = {(ROOT / path).read_text() for path in files if path.parts[0] == EXAMPLES}
    shown = _PYTHON.findall((ROOT / README).read_text()) if Path(README) in files else []
    for code in shown:
        if code not in examples:
            yield f"{README} shows Python that is no file in {EXAMPLES}/: {code.splitlines()[0]}"


def find_dead_links(page: Path) -> Iterator[str]:
    """Relative links whose file, or whose heading in it, does not exist."""
    text = _CODE.sub("", (ROOT / page).read_text())
    for found in _LINK.finditer(text):
        target = found["target"] or found["image"]
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        if not path.exists():
            yield f"{page}: the link to {target} leads nowhere."
        elif anchor and path.suffix == ".md" and anchor not in _anchors(path.read_text()):
            yield f"{page}: the link to {target} names a heading that does not exist."


def _anchors(text: str) -> set[str]:
    """Anchors as code hosts make them: lower case, punctuation dropped, spaces as hyphens."""
    headings = _HEADING.findall(re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    sys.exit(main())
