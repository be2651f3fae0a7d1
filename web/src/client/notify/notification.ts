import type { PushNotice } from '../../protocol/pushNotice';
import type { Wish } from '../../protocol/workerMessages';

/** Options that browsers know and TypeScript does not (yet). */
export interface NotificationLook extends NotificationOptions {
  readonly tag: string;
  readonly renotify?: boolean;
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
}

/** What a notification keeps for the moment when it is touched. */
interface Kept {
  readonly kind: PushNotice['kind'];
  readonly about: string;
}

const PICTURES = { icon: '/icon-192.png', badge: '/badge-96.png' };

/** `canDecline`: some page is there that can tell the server. */
export function lookOf(notice: PushNotice, canDecline: boolean): NotificationLook {
  const { kind, about, body } = notice;
  const look = { ...PICTURES, tag: about, data: { kind, about } satisfies Kept };
  switch (kind) {
    case 'call':
      return { ...look, body, requireInteraction: true, actions: canDecline ? [ANSWER, DECLINE] : [ANSWER] };
    case 'call_over':
      return { ...look, body, silent: true };
    case 'message':
      // Each message is heard, for all that it takes the place of the one before.
      return { ...look, body: body === '' ? 'Sent a file' : body, renotify: true };
  }
}

const ANSWER = { action: 'answer', title: 'Answer' };
const DECLINE = { action: 'decline', title: 'Decline' };

/** Where a touched notification leads; `action` is empty where the notification itself was touched. */
export function wishOf(data: unknown, action: string): Wish | null {
  const { kind, about } = (typeof data === 'object' && data !== null ? data : {}) as Partial<Kept>;
  if (typeof about !== 'string') return null;
  if (kind === 'message') return { kind: 'conversation', id: about };
  if (kind === 'call_over') return { kind: 'past_calls' };
  if (kind !== 'call') return null;
  return { kind: 'call', id: about, deed: action === 'answer' || action === 'decline' ? action : 'look' };
}

/** The page that a wish opens where none is open. What a call needs done is told to the page, never put into its address. */
export function pathOf(wish: Wish): string {
  return wish.kind === 'conversation' ? `/c/${wish.id}` : '/';
}
