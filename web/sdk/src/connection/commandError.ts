import type { ErrorCode, Failed } from '../protocol';

/**
 * Why a command did not do what it should: the server's codes, and three of the client's own.
 *
 *     offline      the connection was not there and did not come in time
 *     queue_full   more waits to be sent than may wait
 *     closed       the connection was closed, by `close` or for good by the server
 */
export type FailureCode = ErrorCode | 'offline' | 'queue_full' | 'closed';

/** The server refused a command, or it could not be sent. Programs read `code`; the text is for people. */
export class CommandError extends Error {
  readonly code: FailureCode;
  /** What to do about it, for people; may be empty. */
  readonly hint: string;
  /** Whether the same command may work later. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'CommandError';
    this.code = code;
    this.hint = details.hint ?? '';
    this.retryable = details.retryable ?? false;
    this.retryAfterMs = details.retryAfterMs ?? null;
  }

  static of({ code, message, hint, retryable, retry_after_ms }: Failed): CommandError {
    return new CommandError(code, message, { hint, retryable, retryAfterMs: retry_after_ms });
  }
}

interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly retryAfterMs?: number | null | undefined;
}

export function offline(): CommandError {
  return new CommandError('offline', 'The server was not reached in time.', { retryable: true });
}

export function closed(message: string): CommandError {
  return new CommandError('closed', message);
}
