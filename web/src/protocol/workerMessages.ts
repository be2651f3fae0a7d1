/**
 * What the service worker and the app's pages tell each other. Both are of one origin, but may be of two versions: readers
 * give null for what they do not know.
 */

import { checkNoticeUntrusted, type PushNotice, PushNoticeError } from './pushNotice';

/** What a person asked for by touching a notification. */
export type Wish =
  /** `look`: the call as it is now, which may be over. */
  | { readonly kind: 'call'; readonly id: string; readonly deed: 'look' | 'answer' | 'decline' }
  | { readonly kind: 'conversation'; readonly id: string }
  | { readonly kind: 'past_calls' };

export type WorkerMessage =
  /** Answered with `Attendance` over the port that comes with it. */
  | { readonly kind: 'who_attends' }
  | { readonly kind: 'wish'; readonly wish: Wish }
  /** The browser has another push subscription. */
  | { readonly kind: 'subscription_changed' };

/** Whether a page rings and shows messages by itself: somebody is signed in there, and it is connected. */
export interface Attendance {
  readonly attends: boolean;
}

/** A page that is not looked at has something to show; whichever page says it first, it is shown once. */
export interface PageMessage {
  readonly kind: 'notice';
  readonly notice: PushNotice;
  /** Of what happened, the same on all pages; null: a notification of the same subject is replaced without a sound. */
  readonly key: string | null;
}

const ID = /^[A-Za-z0-9_-]{1,128}$/u;

export function readWorkerMessage(value: unknown): WorkerMessage | null {
  const { kind, wish } = fields(value);
  if (kind === 'who_attends' || kind === 'subscription_changed') return { kind };
  const read = kind === 'wish' ? readWish(wish) : null;
  return read === null ? null : { kind: 'wish', wish: read };
}

export function readAttendance(value: unknown): Attendance {
  return { attends: fields(value).attends === true };
}

export function readPageMessage(value: unknown): PageMessage | null {
  const { kind, notice, key } = fields(value);
  if (kind !== 'notice' || (typeof key !== 'string' && key !== null)) return null;
  try {
    return { kind, notice: checkNoticeUntrusted(notice), key };
  } catch (error) {
    if (error instanceof PushNoticeError) return null;
    throw error;
  }
}

function readWish(value: unknown): Wish | null {
  const { kind, id, deed } = fields(value);
  if (kind === 'past_calls') return { kind };
  if (typeof id !== 'string' || !ID.test(id)) return null;
  if (kind === 'conversation') return { kind, id };
  if (kind === 'call' && (deed === 'look' || deed === 'answer' || deed === 'decline')) return { kind, id, deed };
  return null;
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
