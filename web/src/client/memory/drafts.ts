import type { TextStorage } from './preferences';

/** The newest ones; older drafts are forgotten. */
const MOST = 50;
const LONGEST = 8_000;

/** What somebody wrote and has not sent, by where; it outlives a reload of the page, and no sign-out. */
export class Drafts {
  readonly #storage: TextStorage | null;
  readonly #key: string;
  readonly #texts: Map<string, string>;

  constructor(storage: TextStorage | null, user: string) {
    this.#storage = storage;
    this.#key = `tureen.drafts.${user}`;
    this.#texts = readUntrusted(storage?.getItem(this.#key) ?? null);
  }

  /** Empty where there is none. */
  get(place: string): string {
    return this.#texts.get(place) ?? '';
  }

  keep(place: string, text: string): void {
    if (text === this.get(place)) return;
    this.#texts.delete(place);
    if (text.trim() !== '') this.#texts.set(place, text);
    for (const oldest of [...this.#texts.keys()].slice(0, -MOST)) this.#texts.delete(oldest);
    this.#write();
  }

  clear(): void {
    this.#texts.clear();
    this.#write();
  }

  #write(): void {
    try {
      if (this.#texts.size === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify([...this.#texts]));
    } catch {
      // Storage is full or forbidden: it holds for this page.
    }
  }
}

function readUntrusted(stored: string | null): Map<string, string> {
  try {
    const read: unknown = JSON.parse(stored ?? '[]');
    return new Map(Array.isArray(read) ? read.filter(isDraft).slice(-MOST) : []);
  } catch {
    return new Map(); // not ours, or damaged
  }
}

function isDraft(one: unknown): one is [string, string] {
  return Array.isArray(one) && one.length === 2 && typeof one[0] === 'string' && typeof one[1] === 'string' && one[1].length <= LONGEST;
}
