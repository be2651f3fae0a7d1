import type { AnyEvent, AnyReply } from '../protocol';

/** What a text frame from the server holds. */
export type Frame =
  | { readonly kind: 'reply'; readonly reply: AnyReply }
  | { readonly kind: 'event'; readonly event: AnyEvent };

/** A frame that is no message of the protocol. */
export class FrameError extends Error {
  constructor(what: string) {
    super(`The server sent ${what}. It may be another program or another version.`);
    this.name = 'FrameError';
  }
}

/**
 * Reads one frame. Throws `FrameError`, and nothing else. Only the envelope is checked: the rest is the contract's
 * matter, and fields or types that are not known are left alone, so that the server may be newer.
 */
export function readFrameUntrusted(data: unknown): Frame {
  if (typeof data !== 'string') throw new FrameError('a frame that is no text');
  let body: unknown;
  try {
    body = JSON.parse(data);
  } catch {
    throw new FrameError('a frame that is no JSON');
  }
  if (typeof body !== 'object' || body === null || !('type' in body) || typeof body.type !== 'string') {
    throw new FrameError('a message without a type');
  }
  if ('id' in body && typeof body.id === 'string') return { kind: 'reply', reply: body as AnyReply };
  return { kind: 'event', event: body as AnyEvent };
}
