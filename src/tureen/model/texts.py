"""Which texts are taken: Unicode without the character U+0000.

JSON may spell U+0000, and not every database keeps it; many programs take it for the end of a text. So it is refused
where JSON comes in, whichever door it comes by, and nothing behind a door has to think of it.
"""

from __future__ import annotations

import re

NUL = "\0"

_NUL_ESCAPE = rb"\u0000"
_ESCAPES = re.compile(rb"\\(?:u0000|.)", re.DOTALL)
"""Each with its backslash, so that of two in a row the second escapes nothing."""


def holds_nul_untrusted(raw: bytes) -> bool:
    """Whether JSON spells U+0000 anywhere. A NUL that is not spelt as an escape makes it no JSON."""
    return _NUL_ESCAPE in raw and any(each[0] == _NUL_ESCAPE for each in _ESCAPES.finditer(raw))
