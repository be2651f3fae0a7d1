/**
 * Wire shapes of the two HTTP calls that the web app makes, and their readers.
 *
 * Readers take anything and throw `WireError`, and nothing else, when the shape is wrong.
 */

export interface AppInfo {
  /** True when the server hands out tokens to anyone who asks (development login). */
  readonly dev: boolean;
  readonly version: string;
  /** Of a file; null where the server does not say it. */
  readonly maxFileBytes: number | null;
}

export interface DevTokenRequest {
  /** Null for a person who joins no room. */
  readonly room: string | null;
  readonly name: string;
  readonly identity: string | null;
}

export interface DevToken {
  readonly token: string;
  readonly identity: string;
}

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** An answer that is not what the protocol says. */
export class WireError extends Error {
  constructor(what: string) {
    super(`The server's answer has no usable ${what}. It may be another program or another version.`);
    this.name = 'WireError';
  }
}

const MAX_TEXT = 16_384;

export function readAppInfoUntrusted(value: unknown): AppInfo {
  const body = record(value, 'app description');
  if (typeof body.dev !== 'boolean') throw new WireError('field "dev"');
  const { max_file_bytes: most } = body;
  return { dev: body.dev, version: text(body, 'version'), maxFileBytes: typeof most === 'number' && most > 0 ? most : null };
}

export function readDevTokenUntrusted(value: unknown): DevToken {
  const body = record(value, 'token');
  return { token: text(body, 'token'), identity: text(body, 'identity') };
}

export function readErrorUntrusted(value: unknown): ErrorBody {
  const body = record(record(value, 'error').error, 'error');
  return { code: text(body, 'code'), message: text(body, 'message'), hint: text(body, 'hint') };
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError(what);
  return value as Record<string, unknown>;
}

function text(body: Record<string, unknown>, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw new WireError(`field "${field}"`);
  return value;
}
