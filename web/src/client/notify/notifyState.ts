/** Whether this browser is told of calls and messages while nobody looks at the app. */
export type NotifyState =
  /** `install`: on iOS only apps on the home screen may notify. `insecure`: only pages over HTTPS may. */
  | { readonly kind: 'unsupported'; readonly why: 'browser' | 'insecure' | 'install' }
  | { readonly kind: 'off'; readonly problem: string | null }
  /** The browser asks the person, or what they said is being carried out. */
  | { readonly kind: 'asking' }
  /** `open_pages`: the push service is not to be had, so that a closed app hears of nothing. */
  | { readonly kind: 'on'; readonly reach: 'always' | 'open_pages' }
  /** The person, or the browser in their name, forbade it; a page cannot ask again. */
  | { readonly kind: 'blocked' };

export type Support = 'full' | Extract<NotifyState, { kind: 'unsupported' }>['why'];

/** What decides the state. */
export interface NotifyFacts {
  readonly support: Support;
  readonly permission: NotificationPermission;
  /** The person wants it. */
  readonly chosen: boolean;
  readonly busy: boolean;
  readonly reach: 'always' | 'open_pages';
  readonly problem: string | null;
}

export function notifyState({ support, permission, chosen, busy, reach, problem }: NotifyFacts): NotifyState {
  if (support !== 'full') return { kind: 'unsupported', why: support };
  if (busy) return { kind: 'asking' };
  if (permission === 'denied') return { kind: 'blocked' };
  // A permission that was taken back is no wish to be notified any more.
  return chosen && permission === 'granted' ? { kind: 'on', reach } : { kind: 'off', problem };
}
