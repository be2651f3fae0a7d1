/**
 * What the server sends through a push service (docs/reference/push.md), and its reader.
 *
 * The reader takes any text and throws `PushNoticeError`, and nothing else, when it is no notice.
 */

/** `call`: somebody rings. `call_over`: it rings no more; with a body, the person missed it. */
export type PushKind = 'call' | 'call_over' | 'message';

export interface PushNotice {
  readonly kind: PushKind;
  readonly title: string;
  readonly body: string;
  /** Id of the call or conversation. */
  readonly about: string;
  /** Unix milliseconds; later it is better not shown. */
  readonly expires_at: number;
}

/** The text is no notice that this version knows. */
export class PushNoticeError extends Error {
  constructor(what: string) {
    super(`The push has no usable ${what}. It may be of another version.`);
    this.name = 'PushNoticeError';
  }
}

/** Twice what push services have to carry (RFC 8030 section 7.2). */
const MAX_TEXT = 8192;
/** In units of UTF-16: the server cuts after 200 and 500 characters, of which some take two. */
const MAX_TITLE = 400;
const MAX_BODY = 1000;
const KINDS: readonly string[] = ['call', 'call_over', 'message'] satisfies PushKind[];
const MAX_ID = 128;
const ID = /^[A-Za-z0-9_-]+$/u;

export function readPushNoticeUntrusted(text: string): PushNotice {
  if (text.length > MAX_TEXT) throw new PushNoticeError('length');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PushNoticeError('form');
  }
  return checkNoticeUntrusted(value);
}

/** The same of a value that is read already. */
export function checkNoticeUntrusted(value: unknown): PushNotice {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PushNoticeError('form');
  const fields = value as Record<string, unknown>;
  const kind = textOf(fields, 'kind', MAX_ID);
  const [title, body] = [textOf(fields, 'title', MAX_TITLE), textOf(fields, 'body', MAX_BODY)];
  const about = textOf(fields, 'about', MAX_ID);
  const { expires_at } = fields;
  if (!KINDS.includes(kind)) throw new PushNoticeError('kind');
  if (title === '') throw new PushNoticeError('title');
  if (!ID.test(about)) throw new PushNoticeError('about');
  if (typeof expires_at !== 'number' || expires_at < 0) throw new PushNoticeError('expires_at');
  return { kind: kind as PushKind, title, body, about, expires_at };
}

function textOf(fields: Record<string, unknown>, name: string, longest: number): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.length > longest) throw new PushNoticeError(name);
  return value;
}
