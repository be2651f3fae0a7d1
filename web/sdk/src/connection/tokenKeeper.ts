import { Backoff } from './backoff';

const MARGIN_MS = 60_000;
/** Of a token that lives shortly, this share of its life is the margin. */
const MARGIN_SHARE = 0.2;
/** An application that gives no token in this time has failed. */
const PATIENCE_MS = 15_000;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Asks the application for tokens: for each connection, and again before the one in use expires. */
export class TokenKeeper {
  readonly #getToken: () => Promise<string>;
  readonly #backoff: Backoff;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expiresAtMs: number | null = null;

  constructor(getToken: () => Promise<string>, random: () => number) {
    this.#getToken = getToken;
    this.#backoff = new Backoff(random);
  }

  async fetch(): Promise<string> {
    const token = await inTime(this.#getToken());
    this.#expiresAtMs = expiryOfUntrusted(token);
    return token;
  }

  /** Calls back with a fresh token before the one that was fetched last expires, and so on until `stop`. */
  keep(serverTimeMs: number, use: (token: string) => Promise<unknown>): void {
    const skewMs = serverTimeMs - Date.now();
    const plan = () => {
      if (this.#expiresAtMs === null) return;
      const leftMs = this.#expiresAtMs - (Date.now() + skewMs);
      this.#plan(leftMs - Math.min(MARGIN_MS, leftMs * MARGIN_SHARE), renew);
    };
    const renew = () => {
      this.fetch()
        .then(use)
        .then(
          () => {
            this.#backoff.reset();
            plan();
          },
          () => this.#plan(1_000 + this.#backoff.next(), renew),
        );
    };
    plan();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #plan(delayMs: number, run: () => void): void {
    this.stop();
    this.#timer = setTimeout(run, Math.min(Math.max(delayMs, 1_000), MAX_TIMER_MS));
  }
}

function inTime(token: Promise<string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The application gave no token in time.')), PATIENCE_MS);
    token.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** When a JSON Web Token expires (RFC 7519 section 4.1.4), in Unix milliseconds; null where it does not say so. */
export function expiryOfUntrusted(token: string): number | null {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return null;
    return typeof claims.exp === 'number' ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}
