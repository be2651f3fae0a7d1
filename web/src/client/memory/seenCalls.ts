import type { TextStorage } from './preferences';

/** Up to which moment somebody has looked at their calls in this browser, so that missed ones count until then. */
export class SeenCalls {
  readonly #storage: TextStorage | null;
  readonly #key: string;
  #upTo: number;

  constructor(storage: TextStorage | null, user: string) {
    this.#storage = storage;
    this.#key = `tureen.seen-calls.${user}`;
    const stored = Number(storage?.getItem(this.#key) ?? 0);
    this.#upTo = Number.isSafeInteger(stored) && stored > 0 ? stored : 0;
  }

  /** Unix milliseconds. */
  get upTo(): number {
    return this.#upTo;
  }

  see(at: number): void {
    if (at <= this.#upTo) return;
    this.#upTo = at;
    try {
      this.#storage?.setItem(this.#key, String(at));
    } catch {
      // Storage is full or forbidden: it holds for this page.
    }
  }
}
