"""What the reference promises: a client is written by it, so an answer that it does not know is a defect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.server import ROOT

_REFERENCE = (ROOT / "docs" / "reference" / "native-protocol.md").read_text()
_HTTP_REFERENCE = (ROOT / "docs" / "reference" / "http-api.md").read_text()
_REFUSAL = re.compile(r"^\| `([a-z_]+)` \| (yes|no) \| (\d{3}) \|", re.MULTILINE)
_STATUS = re.compile(r"^\| (\d{3}) \| (`[a-z_`, ]+`) \|", re.MULTILINE)
_CLOSE = re.compile(r"^\| (\d{4}) \|", re.MULTILINE)

RETRYABLE: dict[str, bool] = {code: again == "yes" for code, again, _ in _REFUSAL.findall(_REFERENCE)}
"""Of each code."""
HTTP_CODES: dict[int, frozenset[str]] = {
    int(status): frozenset(re.findall(r"[a-z_]+", codes)) for status, codes in _STATUS.findall(_HTTP_REFERENCE)
}
"""By status."""
CLOSE_CODES = frozenset(int(code) for code in _CLOSE.findall(_REFERENCE))


def check_answer(answer: Mapping[str, Any]) -> None:
    """A reply that the reference knows, and no defect of ours."""
    if answer["type"] != "failed":
        return
    code = answer["code"]
    assert code in RETRYABLE, answer
    assert code != "internal", answer
    assert answer["message"], answer
    assert answer.get("retryable", False) is RETRYABLE[code], answer
    assert not RETRYABLE[code] or answer["retry_after_ms"] > 0, answer


def check_error(status: int, body: Mapping[str, Any]) -> str:
    """The same of an error of the HTTP API; its code."""
    error = body["error"]
    code: str = error["code"]
    assert code in HTTP_CODES.get(status, ()), (status, error)
    assert code != "internal", error
    assert error["message"], error
    assert not RETRYABLE.get(code) or error["retry_after_ms"] > 0, error
    return code
