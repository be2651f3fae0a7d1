import { lookOf, type NotificationLook } from '../client/notify/notification';
import type { PushNotice } from '../protocol/pushNotice';

/** What the worker does about a push. */
export type Plan =
  | { readonly kind: 'show'; readonly title: string; readonly look: NotificationLook }
  | { readonly kind: 'take_away'; readonly tag: string }
  | { readonly kind: 'nothing' };

/** What is around when a push comes. */
export interface Around {
  readonly nowMs: number;
  /** A page that attends is looked at: it rings, and it shows messages. */
  readonly isSeen: boolean;
  /** Some page attends, be it behind others. */
  readonly isAttended: boolean;
}

/** Clocks of devices differ; push services drop what comes too late anyway. */
const LATE_MS = 120_000;

export function planFor(notice: PushNotice, { nowMs, isSeen, isAttended }: Around): Plan {
  const { kind, about: tag, title, body } = notice;
  // Only a missed call leaves something behind.
  if (kind === 'call_over' && (body === '' || isSeen)) return { kind: 'take_away', tag };
  if (isSeen || nowMs > notice.expires_at + LATE_MS) return { kind: 'nothing' };
  return { kind: 'show', title, look: lookOf(notice, isAttended) };
}
