"""`tureen top` as an operator meets it."""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest
from rich.console import Console

from tureen.cli.main import main
from tureen.cli.top_screen import Place, View, render
from tureen.telemetry.overview import (
    FlowOverview,
    LayerOverview,
    PersonOverview,
    RoomOverview,
    RoomsOverview,
    RoomSummary,
    TrackOverview,
)

Run = Callable[..., tuple[int, str, str]]


def person(identity: str, quality: str | None = "excellent", **fields: Any) -> PersonOverview:
    flow = FlowOverview(bitrate=1_234_000, loss=12.0, jitter_ms=3.0)
    layers = tuple(LayerOverview(layer=layer, bitrate=1, loss=0, jitter_ms=0) for layer in (0, 1))
    track = TrackOverview(
        sid="TR_1", kind="video", source="camera", codecs=("video/VP8",), muted=False, subscribers=2, layers=layers
    )
    known: dict[str, Any] = {
        "identity": identity,
        "sid": f"PA_{identity}",
        "name": "",
        "state": "active",
        "hidden": False,
        "joined_at": 0.0,
        "quality": quality,
        "score": 4.4,
        "round_trip_ms": 37,
        "estimate": 2_500_000,
        "up": flow,
        "down": flow,
        "tracks": (track,),
        "receives": 3,
        "paused": 0,
    }
    return PersonOverview(**(known | fields))


def room(name: str, *people: PersonOverview) -> RoomOverview:
    summary = RoomSummary(
        name=name,
        sid=f"RM_{name}",
        created_at=0.0,
        participants=len(people),
        tracks=len(people),
        up=1_000_000,
        down=2_000_000,
        qualities={},
    )
    return RoomOverview(room=summary, people=people)


def view(*rooms: RoomOverview, shown: int | None = None) -> View:
    summaries = tuple(it.room for it in rooms)
    total = sum(it.participants for it in summaries)
    overview = RoomsOverview(rooms=summaries, total_rooms=len(rooms), total_participants=total)
    return View(overview, rooms[:shown])


def picture(view: View, width: int = 140, height: int | None = None, problem: str = "") -> list[str]:
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    console.print(render(view, Place(width, height), problem))
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


class TestPicture:
    def test_everything_about_a_person(self) -> None:
        lines = picture(view(room("soup", person("ada", paused=1))))
        (line,) = (line for line in lines if "ada" in line)
        for said in ("excellent", "4.4", "37 ms", "1.2 M", "1.2 %", "2.5 M", "cam VP8 0+1", "3 (1 wait)"):
            assert said in line
        assert "1 room, 1 participant" in lines[0]

    def test_the_worst_come_first(self) -> None:
        people = [person("good", "good"), person("new", None, score=None), person("lost", "lost", score=0.0)]
        people += [person("poor", "poor", score=2.0), person("best"), person("worse", "poor", score=1.5)]
        lines = picture(view(room("soup", *people)))
        listed = [line.split()[0] for line in lines if line.startswith("  ")]
        assert listed == ["lost", "worse", "poor", "good", "best", "new"]

    @pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
    @pytest.mark.parametrize("height", [6, 12, 40])
    def test_it_fits_into_the_window_and_says_what_is_hidden(self, width: int, height: int) -> None:
        rooms = [room(f"room{number}", *(person(f"guest{at}") for at in range(10))) for number in range(3)]
        lines = picture(view(*rooms, shown=2), width, height, "a problem")
        assert len(lines) <= height
        assert all(len(line) <= width for line in lines)
        listed = sum(1 for line in lines if line.startswith(("room", "  guest")))
        assert f"({33 - listed} lines more)" in lines[0]
        assert "guest0" in "".join(lines) or height == 6
        assert "a problem" in lines

    def test_names_are_no_markup(self) -> None:
        lines = picture(view(room("[bold]soup[/nothing]", person("[red]"))))
        assert any("[bold]soup[/nothing]" in line for line in lines)
        assert any("[red]" in line for line in lines)

    def test_an_empty_node(self) -> None:
        assert "No rooms." in picture(view())


class FakeNode:
    """Answers as a node does."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                node.asked.append((self.path, self.headers["Authorization"]))
                status, body = node.answers.get(self.path, (404, b"{}"))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def node() -> Iterator[FakeNode]:
    node = FakeNode()
    yield node
    node.stop()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    for name in os.environ:
        if name.startswith("TUREEN_"):
            monkeypatch.delenv(name)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tureen", "top", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run


class TestCommand:
    def fill(self, node: FakeNode) -> None:
        soup = room("soup/hot", person("ada"))
        rooms = RoomsOverview(rooms=(soup.room,), total_rooms=1, total_participants=1)
        node.answers["/api/rooms"] = (200, msgspec.json.encode(rooms))
        node.answers["/api/rooms/soup%2Fhot"] = (200, msgspec.json.encode(soup))

    def test_one_picture(self, node: FakeNode, run: Run) -> None:
        self.fill(node)
        code, out, err = run("--once", "--dev", "--url", node.url + "/")
        assert (code, err) == (0, "")
        assert "soup/hot" in out
        assert "ada" in out
        assert all(authorization.startswith("Bearer ey") for _, authorization in node.asked)

    def test_json(self, node: FakeNode, run: Run) -> None:
        self.fill(node)
        code, out, _ = run("--json", "--api-key", "k", "--api-secret", "s", "--url", node.url)
        content = json.loads(out)
        assert code == 0
        assert content["rooms"][0]["people"][0]["identity"] == "ada"
        assert (content["total_rooms"], content["total_participants"]) == (1, 1)

    def test_one_room_only(self, node: FakeNode, run: Run) -> None:
        self.fill(node)
        _, out, _ = run("--json", "--dev", "--url", node.url, "--room", "absent")
        assert json.loads(out)["rooms"] == []

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ((401, b"{}"), "--api-secret"),
            ((403, b"{}"), "--api-secret"),
            ((404, b"{}"), "--url"),
            ((500, b"{}"), "log"),
            ((200, b"<html>"), "--url"),
        ],
    )
    def test_refusals_are_explained(self, answer: tuple[int, bytes], said: str, node: FakeNode, run: Run) -> None:
        node.answers["/api/rooms"] = answer
        code, out, err = run("--once", "--dev", "--url", node.url)
        assert (code, out) == (2, "")
        assert said in err
        assert "Traceback" not in err

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--url", "http://127.0.0.1:1"], "Start the server"),
            (["--url", "soup"], "--url http"),
            (["--url", "file:///etc/passwd"], "--url http"),
            (["--api-secret", "s"], "--api-key"),
            (["--api-key", "absent"], "--api-secret"),
        ],
    )
    def test_wrong_options_are_explained(self, arguments: list[str], said: str, run: Run) -> None:
        code, out, err = run("--once", "--dev", *arguments)
        assert (code, out) == (2, "")
        assert said in err
        assert "Traceback" not in err
