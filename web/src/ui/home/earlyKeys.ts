/** So long after a question has come up, a key was meant for what somebody wrote before. */
const EARLY_MS = 1_000;

export interface PressedKey {
  readonly type: string;
  readonly key: string;
  /** It is held down. */
  readonly repeat: boolean;
  /** In milliseconds, from any beginning. */
  readonly timeStamp: number;
}

/** Tells keys that are meant for the buttons of a question from those of somebody who was writing when it came up. */
export class EarlyKeys {
  readonly #sinceMs: number;
  /** Keys whose press counted; the release of any other belongs to what was before. */
  readonly #pressed = new Set<string>();

  /** ``sinceMs``: when the question came up, by the clock of the keys. */
  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  /** Whether this key must press no button. */
  refuses({ type, key, repeat, timeStamp }: PressedKey): boolean {
    if (key !== ' ' && key !== 'Enter') return false;
    if (type === 'keyup') return !this.#pressed.delete(key);
    if (timeStamp - this.#sinceMs < EARLY_MS || (repeat && !this.#pressed.has(key))) return true;
    this.#pressed.add(key);
    return false;
  }
}
