"""What is generated from the native door's contract."""

from __future__ import annotations

import re

import pytest

from tools import protocol_page, protocol_shapes, protocol_typescript
from tools.protocol_reference import FILES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_committed_files_are_what_the_contract_says(path: object) -> None:
    (found,) = [(file, render) for file, render in FILES.items() if file == path]
    assert found[0].read_text() == found[1](), "run: make docs"


def test_every_command_names_its_reply() -> None:
    for command in protocol_shapes.commands():
        assert protocol_shapes.answers(protocol_shapes.reply_to(command)), command.name


def test_the_page_tells_of_every_message_and_every_field() -> None:
    page = protocol_page.render()
    for shape in (*protocol_shapes.commands(), *protocol_shapes.replies(), *protocol_shapes.events()):
        assert f"#### {protocol_page.heading(shape)}\n" in page
        for field in shape.fields:
            assert field.name == "id" or f"| `{field.name}` |" in page
    assert "{{" not in page


def test_its_links_lead_somewhere() -> None:
    page = protocol_page.render()
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= anchors


def test_the_types_have_every_message_once() -> None:
    module = protocol_typescript.render()
    names = re.findall(r"^export (?:interface|type|const) (\w+)", module, re.MULTILINE)
    assert len(names) == len(set(names))
    assert {each.name for each in protocol_shapes.commands()} <= set(names)
