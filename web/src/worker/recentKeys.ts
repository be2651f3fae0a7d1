const MOST = 64;

/** What was seen lately, to do each thing once. */
export class RecentKeys {
  readonly #keys = new Set<string>();

  isNew(key: string): boolean {
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (this.#keys.size > MOST && oldest !== undefined) this.#keys.delete(oldest);
    return true;
  }
}
