"""What a program that uses the client may meet.

::

    ClientError
      RefusedError          the server refused a command
      NotConnectedError     it cannot be sent now, or was not answered in time
      SignedOutError        the server will not have this token or device: the client is over
      TooSlowError          a listener was not read while events came
"""

from __future__ import annotations

from typing import ClassVar

from tureen.errors import TureenError
from tureen.protocol.errors import ErrorCode
from tureen.protocol.replies import Failed


class ClientError(TureenError):
    """Base of this branch."""

    code: ClassVar[str] = "client"


class RefusedError(ClientError):
    """The server refused a command; nothing was changed unless the message says so."""

    code: ClassVar[str] = "refused"

    def __init__(self, reply: Failed) -> None:
        """``reply``: of the server."""
        super().__init__(reply.message, reply.hint)
        self.error_code: ErrorCode = reply.code
        self.retryable = reply.retryable
        self.retry_after_ms = reply.retry_after_ms


class NotConnectedError(ClientError):
    """It cannot be sent now, or no answer came in time. It may have been carried out all the same."""

    code: ClassVar[str] = "not_connected"


class SignedOutError(ClientError):
    """The server will not have this token or this device any more."""

    code: ClassVar[str] = "signed_out"


class TooSlowError(ClientError):
    """More events came than a listener keeps. Listen again, and read the histories anew."""

    code: ClassVar[str] = "too_slow"
