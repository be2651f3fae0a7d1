import type { TextStorage } from '../memory/preferences';

const KEY = 'tureen.notify';

/** Who is notified in this browser: one person at most, since a browser has one push subscription. */
export class NotifyMemory {
  readonly #storage: TextStorage | null;
  #chosen: string | null;

  constructor(storage: TextStorage | null) {
    this.#storage = storage;
    this.#chosen = storage?.getItem(KEY) ?? null;
  }

  isChosen(user: string): boolean {
    // Another tab may have changed it.
    return (this.#storage === null ? this.#chosen : this.#storage.getItem(KEY)) === user;
  }

  /** Null: nobody. */
  choose(user: string | null): void {
    this.#chosen = user;
    try {
      if (user === null) this.#storage?.removeItem(KEY);
      else this.#storage?.setItem(KEY, user);
    } catch {
      // Storage is full: it holds until the page is left.
    }
  }
}
