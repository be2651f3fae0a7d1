"""Golden messages: what once went over the wire is still read and written alike, by both sides' types."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from tests.server import ROOT
from tureen.protocol.codec import decode_command_untrusted
from tureen.protocol.commands import AnyCommand
from tureen.protocol.events import AnyEvent, Happening
from tureen.protocol.replies import AnyReply

GOLDEN = ROOT / "protocol" / "golden"
TYPESCRIPT = ROOT / "web" / "sdk" / "src" / "protocol.ts"
COMPILER = ROOT / "web" / "node_modules" / "typescript" / "bin" / "tsc"
KINDS: dict[str, tuple[Any, str]] = {
    "commands": (AnyCommand, "AnyCommand"),
    "replies": (AnyReply, "AnyReply"),
    "events": (AnyEvent, "AnyEvent"),
}


def golden(name: str) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text())
    return messages


def tag(kind: type) -> object:
    return msgspec.inspect.type_info(kind).tag  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_message_is_there(name: str) -> None:
    assert {each["type"] for each in golden(name)} == {tag(kind) for kind in get_args(KINDS[name][0])}


def test_every_happening_is_there() -> None:
    seen = {each["event"]["kind"] for each in golden("events") if each["type"] == "conversation.event"}
    assert seen == {tag(kind) for kind in get_args(Happening)}


@pytest.mark.parametrize("name", KINDS)
def test_python_reads_each_and_writes_it_again_as_it_was(name: str) -> None:
    for each in golden(name):
        raw = json.dumps(each).encode()
        message: Any = msgspec.json.decode(raw, type=KINDS[name][0])
        if name == "commands":
            assert decode_command_untrusted(raw) == message
        assert json.loads(msgspec.json.encode(message)) == each


def test_typescript_takes_each_for_what_it_is(tmp_path: Path) -> None:
    if not COMPILER.is_file():
        pytest.skip("needs the web packages: make setup")
    (tmp_path / "protocol.ts").write_text(TYPESCRIPT.read_text())
    types = ", ".join(f"type {kind}" for _, kind in KINDS.values())
    lines = [f'import {{ {types} }} from "./protocol";']
    lines += [
        f"export const {name} = {json.dumps(golden(name))} satisfies {kind}[];" for name, (_, kind) in KINDS.items()
    ]
    # It notices what is wrong, too.
    lines.append("// @ts-expect-error - an unknown state")
    lines.append('export const wrong: AnyEvent = { type: "gap", conversation: 7, epoch: "e", head_seq: 1 };')
    (tmp_path / "golden.ts").write_text("\n".join(lines) + "\n")
    strict = ["--strict", "--exactOptionalPropertyTypes", "--noEmit", "--skipLibCheck", "--module", "esnext"]
    done = subprocess.run(
        ["node", str(COMPILER), *strict, "--moduleResolution", "bundler", "--target", "es2022", "golden.ts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_schema_defines_each() -> None:
    schema = json.loads((ROOT / "protocol" / "schema.json").read_text())
    for name, (union, _) in KINDS.items():
        root = schema["$defs"][{"commands": "Command", "replies": "Reply", "events": "Event"}[name]]
        assert {each["$ref"].rpartition("/")[2] for each in root["anyOf"]} == {
            each.__name__ for each in get_args(union)
        }
