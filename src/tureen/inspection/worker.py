"""A worker process: jobs on its standard input, answers on its standard output, until the input ends.

Started as ``python -m tureen.inspection.worker``.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import BinaryIO

import msgspec

from tureen.attachments.record import Refusal
from tureen.inspection.findings import LENGTH_BYTES, MAX_MESSAGE_BYTES, Answer, Job, Ready, Refused, RefusedFileError
from tureen.inspection.looking import look_untrusted
from tureen.protocol.errors import ErrorCode

_OPEN_FILES = 32
_DECODER: msgspec.msgpack.Decoder[Job] = msgspec.msgpack.Decoder(Job)


def main() -> None:
    """Serves jobs one by one."""
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a library prints must not get between the answers.
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    _send(answers, Ready())
    while True:
        length = int.from_bytes(jobs.read(LENGTH_BYTES), "big")
        if not 0 < length <= MAX_MESSAGE_BYTES:
            return
        _send(answers, _answer(_DECODER.decode(jobs.read(length))))


def _answer(job: Job) -> Answer:
    _limit(job)
    try:
        return look_untrusted(job)
    except RefusedFileError as refused:
        return Refused(refusal=refused.refusal)
    except MemoryError:
        return Refused(
            refusal=Refusal(
                code=ErrorCode.TOO_LARGE,
                message="Looking into the file takes too much memory.",
                hint="Send a smaller one.",
            )
        )


def _limit(job: Job) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel ends the process at the soft limit (SIGXCPU); it counts from the start of the process.
    until = int(used.ru_utime + used.ru_stime) + 1 + job.bounds.cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    resource.setrlimit(resource.RLIMIT_AS, (job.bounds.memory_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _send(answers: BinaryIO, answer: Answer) -> None:
    message = msgspec.msgpack.encode(answer)
    answers.write(len(message).to_bytes(LENGTH_BYTES, "big") + message)
    answers.flush()


if __name__ == "__main__":
    main()
