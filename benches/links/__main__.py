"""Sound and picture over bad links: two Chromiums, a server, and an emulated link in front of one of them.

    python -m benches.links [--case loss-20 ...] [--trace FILE]

Needs root (network namespaces) and Chromium. See ``benches/README.md`` for the cases and figures.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

import msgspec
from playwright.async_api import Error

from benches.links.call import CLIENT, CallError, browsers, call
from benches.links.cases import CASES
from benches.links.link import NEAR, LinkError, emulated_link, is_near_host, run_on_near_host
from benches.result import report
from tests.browser import find_chromium
from tests.server import HOST, ServerDiedError, TureenServer


async def run(names: list[str], trace: Path | None) -> None:
    """Measures and reports the cases. Raises what hinders a measurement."""
    with tempfile.TemporaryDirectory() as name, emulated_link() as link:
        folder = Path(name)
        with TureenServer.start(folder, "--host", HOST, "--host", NEAR) as server:
            async with browsers(link, folder) as (near, far):
                for case in (each for each in CASES if each.name in names):
                    link.set(delay=case.delay)
                    ends = (far, near) if case.uplink else (near, far)
                    async with call(server, case.name, *ends) as talk:
                        result, moments = await case.measure(talk, link)
                    report(result)
                    if trace is not None:
                        with trace.open("ab") as out:
                            out.writelines(msgspec.json.encode((case.name, each)) + b"\n" for each in moments)


def main() -> int:
    """The command line; the result is the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benches.links", description=__doc__.partition("\n")[0])
    names = [case.name for case in CASES]
    parser.add_argument("--case", action="append", choices=names, help="one of the cases; may be repeated")
    parser.add_argument("--trace", type=Path, help="appends every moment that was seen to this file, as JSON lines")
    arguments = parser.parse_args()
    if find_chromium() is None or not CLIENT.exists():
        print(f"Cannot measure: this needs Chromium and {CLIENT} (make setup).", file=sys.stderr)
        return 1
    if not is_near_host():
        return run_on_near_host([sys.executable, "-m", "benches.links", *sys.argv[1:]])
    try:
        asyncio.run(run(arguments.case or names, arguments.trace))
    except (CallError, Error, LinkError, OSError, ServerDiedError) as error:
        print(f"Could not measure: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
