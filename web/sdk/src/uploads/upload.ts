import { Backoff } from '../connection/backoff';
import { CommandError, type FailureCode } from '../connection/commandError';
import type { Connection } from '../connection/connection';
import type { Attachment } from '../protocol';
import { httpAddress } from './uploadAddress';

export interface UploadOptions {
  readonly onProgress?: (sentBytes: number, totalBytes: number) => void;
  /** Gives the upload up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** For programs without a global `fetch`, and for tests. */
  readonly fetch?: typeof fetch;
  readonly random?: () => number;
}

/** After so many failures in a row without any progress the upload fails. */
const MAX_FAILURES = 8;

/**
 * Uploads a file for a message of a conversation, piece by piece: what arrived stays there over drops, and the rest is
 * sent from where the server says it stands. Resolves to the attachment whose id goes with `message.send`. Rejects with
 * `CommandError`.
 */
export async function upload(
  connection: Connection,
  conversation: string,
  file: File,
  options: UploadOptions = {},
): Promise<Attachment> {
  const { name, size: size_bytes } = file;
  const created = await connection.send({ type: 'upload.create', conversation, name, size_bytes });
  const url = httpAddress(connection.url, created.url);
  return new Pieces(url, file, created.chunk_bytes, options).send();
}

/** Where a piece led to: further on, to the end, or nowhere for now. */
type Step =
  | { readonly kind: 'at'; readonly offset: number }
  | { readonly kind: 'complete'; readonly attachment: Attachment }
  | { readonly kind: 'failed'; readonly error: CommandError };

class Pieces {
  readonly #url: string;
  readonly #file: File;
  readonly #chunkBytes: number;
  readonly #options: UploadOptions;
  readonly #backoff: Backoff;

  constructor(url: string, file: File, chunkBytes: number, options: UploadOptions) {
    this.#url = url;
    this.#file = file;
    this.#chunkBytes = chunkBytes;
    this.#options = options;
    this.#backoff = new Backoff(options.random ?? Math.random);
  }

  async send(): Promise<Attachment> {
    let offset = 0;
    for (let isCertain = true; ; ) {
      const step: Step = isCertain ? await this.#send(offset) : await this.#ask();
      if (step.kind === 'complete') {
        this.#tell(this.#file.size);
        return step.attachment;
      }
      isCertain = step.kind === 'at';
      if (step.kind === 'failed') await this.#wait(step.error);
      else {
        if (step.offset > offset) this.#backoff.reset();
        offset = step.offset;
        this.#tell(offset);
      }
    }
  }

  /** Sends one piece, from the offset on. */
  async #send(offset: number): Promise<Step> {
    const body = this.#file.slice(offset, offset + this.#chunkBytes);
    const headers = { 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(offset) };
    const response = await this.#request({ method: 'PATCH', headers, body });
    if (response instanceof CommandError) return { kind: 'failed', error: response };
    if (response.status === 200) return { kind: 'complete', attachment: (await response.json()) as Attachment };
    return this.#offsetIn(response);
  }

  /** Where the server stands. */
  async #ask(): Promise<Step> {
    const response = await this.#request({ method: 'HEAD' });
    return response instanceof CommandError ? { kind: 'failed', error: response } : this.#offsetIn(response);
  }

  #offsetIn(response: Response): Step {
    const offset = Number(response.headers.get('Upload-Offset') ?? NaN);
    if (Number.isSafeInteger(offset) && offset >= 0 && offset <= this.#file.size) return { kind: 'at', offset };
    throw new CommandError('internal', 'The server does not say how much of the file it has.');
  }

  /** Answers that do not pass are thrown; those that may are given back, as is a failure of the network. */
  async #request(init: RequestInit): Promise<Response | CommandError> {
    const { signal, fetch: fetchNow = fetch } = this.#options;
    signal?.throwIfAborted();
    let response: Response;
    try {
      response = await fetchNow(this.#url, signal === undefined ? init : { ...init, signal });
    } catch (error) {
      signal?.throwIfAborted();
      return new CommandError('offline', `The file did not get through: ${String(error)}`, { retryable: true });
    }
    if (response.ok) return response;
    const error = await refusalUntrusted(response);
    if (error.retryable || response.status === 409) return error; // 409: the server stands elsewhere
    throw error;
  }

  async #wait(error: CommandError): Promise<void> {
    if (this.#backoff.failures >= MAX_FAILURES) throw error;
    const { signal } = this.#options;
    const delayMs = this.#backoff.next(error.retryAfterMs ?? 0);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(resolve, delayMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    });
  }

  #tell(sentBytes: number): void {
    this.#options.onProgress?.(sentBytes, this.#file.size);
  }
}

const CODES: Record<number, FailureCode> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  410: 'gone',
  413: 'too_large',
  415: 'unsupported_media',
  422: 'rejected',
  429: 'rate_limited',
};

/** The error of an answer; where its body is no error of ours, as of a proxy, the status must do. */
async function refusalUntrusted(response: Response): Promise<CommandError> {
  const { status } = response;
  const retryable = status === 429 || status >= 500;
  const body = fieldsOf(await response.json().catch(() => null));
  const error = 'error' in body ? fieldsOf(body.error) : body;
  const code = CODES[status] ?? (retryable ? 'unavailable' : 'invalid');
  const message = typeof error.message === 'string' ? error.message : `The server answered ${status}.`;
  const hint = typeof error.hint === 'string' ? error.hint : '';
  const retryAfterMs = typeof error.retry_after_ms === 'number' ? error.retry_after_ms : null;
  return new CommandError(code, message, { hint, retryable, retryAfterMs });
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
