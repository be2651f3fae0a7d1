"""The examples of the reference, one after the other, on a server whose clock stands still."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.unit.api.building import Node

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"
EXAMPLE = re.compile(
    r"```http\n(?P<method>[A-Z]+) (?P<path>\S+)\n(?P<body>.*?)```\n\n```json\n(?P<answer>.*?)```", re.DOTALL
)


def section(title: str) -> str:
    _, _, rest = PAGE.read_text().partition(f"\n## {title}\n")
    return re.split(r"\n## ", rest)[0]


def test_answers_are_what_the_page_says(node: Node) -> None:
    text = section("People")
    examples = list(EXAMPLE.finditer(text))
    assert len(examples) == text.count("```http") > 0
    for example in examples:
        body = json.loads(example["body"]) if example["body"].strip() else None
        status, answer = node.ask(example["method"], example["path"], body)
        assert (status, answer) == (200, json.loads(example["answer"])), example["path"]
