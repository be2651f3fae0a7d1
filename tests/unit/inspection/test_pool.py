from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.unit.inspection import samples
from tureen.inspection.command_scanner import CommandScanner
from tureen.inspection.examiner import WorkerExaminer
from tureen.inspection.findings import Bounds
from tureen.inspection.pool import PoolSettings, WorkerPool
from tureen.protocol.errors import CommandError, ErrorCode


def played(look: str) -> PoolSettings:
    """Real workers, whose look into a file whose name is ``bad`` is this code."""
    code = f"""
import tureen.inspection.worker as w
real = w.look_untrusted
def look(job):
    if job.name != "bad":
        return real(job)
    {look}
w.look_untrusted = look
w.main()
"""
    return PoolSettings(workers=1, job_s=10, command=(sys.executable, "-c", code))


@contextlib.asynccontextmanager
async def pool_of(settings: PoolSettings) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(settings)
    try:
        yield pool
    finally:
        await pool.close()


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "picture"
    path.write_bytes(samples.image("PNG"))
    return str(path)


async def test_workers_answer_and_are_used_again(picture: str) -> None:
    async with pool_of(PoolSettings(workers=2)) as pool:
        for _ in range(2):
            found = await asyncio.gather(*(pool.look(picture, "x.png") for _ in range(6)))
            assert {each.media_type for each in found} == {"image/png"}


async def test_a_refusal_of_a_worker_is_its_uploaders_error(picture: str) -> None:
    async with pool_of(PoolSettings(workers=1)) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "x.mp4")
        assert refused.value.error_code is ErrorCode.UNSUPPORTED_MEDIA


@pytest.mark.parametrize(
    "look",
    [
        "import os; os.kill(os.getpid(), 11)",
        "import os; os._exit(3)",
        "raise RuntimeError",
        "import os; os.write(answers_descriptor(), b'x' * 9)",
    ],
)
async def test_a_crash_costs_one_file_and_one_worker(look: str, picture: str) -> None:
    settings = played(look.replace("answers_descriptor()", "4"))
    async with pool_of(settings) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "bad")
        assert not refused.value.meaning.retryable
        assert (await pool.look(picture, "x.png")).media_type == "image/png"


async def test_a_worker_that_takes_too_long_is_ended(picture: str) -> None:
    settings = msgspec.structs.replace(played("import time; time.sleep(60)"), job_s=0.2)
    async with pool_of(settings) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "bad")
        assert refused.value.error_code is ErrorCode.UNSUPPORTED_MEDIA


async def test_a_worker_that_spins_is_ended_by_the_kernel(picture: str) -> None:
    settings = msgspec.structs.replace(played("\n    while True: pass"), bounds=Bounds(cpu_s=1))
    async with pool_of(settings) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "bad")
        assert refused.value.error_code is ErrorCode.UNSUPPORTED_MEDIA
        assert (await pool.look(picture, "x.png")).media_type == "image/png"


async def test_memory_has_a_bound(picture: str) -> None:
    async with pool_of(played("bytearray(2 << 30)")) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "bad")
        assert refused.value.error_code is ErrorCode.TOO_LARGE
        assert (await pool.look(picture, "x.png")).media_type == "image/png"


async def test_an_avif_that_hides_its_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "picture").write_bytes(samples.AVIF_BOMB)
    async with pool_of(PoolSettings(workers=1)) as pool:
        with pytest.raises(CommandError) as refused:
            await pool.look(str(tmp_path / "picture"), "x.avif")
        assert refused.value.error_code is ErrorCode.UNSUPPORTED_MEDIA


async def test_a_worker_can_write_no_file(picture: str, tmp_path: Path) -> None:
    async with pool_of(played(f"open({str(tmp_path / 'out')!r}, 'w').write('x')")) as pool:
        with pytest.raises(CommandError):
            await pool.look(picture, "bad")
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size == 0


async def test_workers_see_nothing_of_the_environment(picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUREEN_KEYS", "k: secret")
    unseen = "'TUREEN_KEYS' not in os.environ"
    look = f"import os\n    if {unseen}: return real(w.Job(path=job.path, name='', bounds=job.bounds))"
    async with pool_of(played(look)) as pool:
        assert (await pool.look(picture, "bad")).media_type == "image/png"


async def test_too_many_that_wait_are_put_off(picture: str) -> None:
    settings = msgspec.structs.replace(played("import time; time.sleep(60)"), waiting=1)
    async with pool_of(settings) as pool:
        first = asyncio.create_task(pool.look(picture, "bad"))
        await asyncio.sleep(0)
        with pytest.raises(CommandError) as refused:
            await pool.look(picture, "x.png")
        assert refused.value.error_code is ErrorCode.UNAVAILABLE
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_a_closed_pool_starts_nothing(picture: str) -> None:
    pool = WorkerPool(PoolSettings(workers=1))
    asked = asyncio.create_task(pool.look(picture, "x.png"))
    await asyncio.sleep(0)
    await pool.close()
    for waiting in (asked, pool.look(picture, "x.png")):
        with pytest.raises(CommandError):
            await waiting


@pytest.mark.parametrize("command", [("/nonexistent/python",), (sys.executable, "-c", "raise SystemExit(1)")])
async def test_workers_that_do_not_start_refuse_nothing_for_good(command: tuple[str, ...], picture: str) -> None:
    async with pool_of(PoolSettings(workers=1, command=command)) as pool:
        for _ in range(2):
            with pytest.raises(CommandError) as refused:
                await pool.look(picture, "x.png")
            assert refused.value.error_code is ErrorCode.UNAVAILABLE


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 10):
        yield content[at : at + 10]


def scanner(code: str, timeout_s: float = 10) -> CommandScanner:
    return CommandScanner((sys.executable, "-c", code), timeout_s)


async def test_the_examiner_hands_the_whole_file_on_and_removes_it(tmp_path: Path) -> None:
    content = samples.image("PNG")
    clean = scanner("import sys; sys.exit(0 if open(sys.argv[1], 'rb').read(4) == b'\\x89PNG' else 2)")
    async with pool_of(PoolSettings(workers=1)) as pool:
        examiner = WorkerExaminer(pool, clean, tmp_path)
        async with examiner.examine(pieces(content), "x.png") as found:
            assert found.file.read_bytes() == content
            assert found.thumbnail
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("code", "timeout_s", "error"),
    [
        ("print('EICAR' * 100_000); raise SystemExit(1)", 10, ErrorCode.REJECTED),
        ("raise SystemExit(2)", 10, ErrorCode.UNAVAILABLE),
        ("import os; os.kill(os.getpid(), 9)", 10, ErrorCode.UNAVAILABLE),
        ("import time; time.sleep(60)", 0.2, ErrorCode.UNAVAILABLE),
    ],
)
async def test_nothing_passes_unless_the_scanner_says_so(
    code: str, timeout_s: float, error: ErrorCode, tmp_path: Path
) -> None:
    async with pool_of(PoolSettings(workers=1)) as pool:
        examiner = WorkerExaminer(pool, scanner(code, timeout_s), tmp_path)
        with pytest.raises(CommandError) as refused:
            async with examiner.examine(pieces(b"x"), "x"):
                pass
        assert refused.value.error_code is error
    assert names_in(tmp_path) == []


async def test_a_scanner_that_is_not_there_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        await CommandScanner(("/nonexistent/scanner",), 1).scan(tmp_path)
    assert refused.value.error_code is ErrorCode.UNAVAILABLE
