import { readTokenClaimsUntrusted } from '../rooms/tokenClaims';
import { Store } from '../store';
import type { TextStorage } from './preferences';

/** Who is signed in. */
export interface Account {
  readonly user: string;
  readonly name: string;
  /** The application's, from a personal link; null where the server itself hands tokens out (development login). */
  readonly token: string | null;
}

const KEY = 'tureen.account';
const MAX_NAME = 256;

/** Null while nobody is signed in. A token is a key: it is kept for this tab only, a name for this browser. */
export class AccountStore extends Store<Account | null> {
  readonly #browser: TextStorage | null;
  readonly #tab: TextStorage | null;

  constructor(browser: TextStorage | null, tab: TextStorage | null) {
    super(readAccountUntrusted(tab?.getItem(KEY) ?? browser?.getItem(KEY) ?? null));
    this.#browser = browser;
    this.#tab = tab;
  }

  signIn(account: Account): void {
    this.set(account);
    try {
      (account.token === null ? this.#browser : this.#tab)?.setItem(KEY, JSON.stringify(account));
    } catch {
      // Storage is full or forbidden: it holds for this page.
    }
  }

  /** Whoever is signed out in one tab of a browser is so in all of them, and signed in likewise. */
  followOtherTabs(win: Pick<Window, 'addEventListener'>): void {
    // Without a key: all of the storage was cleared.
    win.addEventListener('storage', ({ key }) => {
      if (key === KEY || key === null) this.#followBrowser();
    });
  }

  #followBrowser(): void {
    const now = this.get();
    if (now !== null && now.token !== null) return; // of this tab alone
    const next = readAccountUntrusted(this.#browser?.getItem(KEY) ?? null);
    if (next?.user !== now?.user) this.set(next);
  }

  /** The next page of this browser begins without it; this one goes on until somebody has read why. */
  drop(): void {
    this.#browser?.removeItem(KEY);
    this.#tab?.removeItem(KEY);
  }

  signOut(): void {
    this.set(null);
    this.drop();
  }
}

/** Who a personal link's token is for; null if it is for nobody. */
export function accountOfToken(token: string): Account | null {
  const { identity, name } = readTokenClaimsUntrusted(token);
  return identity === null ? null : { user: identity, name: name ?? identity, token };
}

function readAccountUntrusted(text: string | null): Account | null {
  try {
    const stored = JSON.parse(text ?? 'null') as Record<string, unknown> | null;
    if (typeof stored !== 'object' || stored === null) return null;
    const { user, name, token } = stored;
    if (typeof user !== 'string' || user === '' || typeof name !== 'string') return null;
    return { user, name: name.slice(0, MAX_NAME), token: typeof token === 'string' ? token : null };
  } catch {
    return null; // not ours, or damaged
  }
}
