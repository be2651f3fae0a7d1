import type { Directory } from '@tureen/client';
import { Store } from '../store';

const DELAY_MS = 200;

/** People by name, as it is typed. */
export class Finder {
  /** Null while nothing is searched for. */
  readonly store = new Store<readonly string[] | null>(null);
  readonly #directory: Directory;
  readonly #report: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #query = '';

  constructor(directory: Directory, report: (error: unknown) => void) {
    this.#directory = directory;
    this.#report = report;
  }

  search(query: string): void {
    this.#query = query;
    clearTimeout(this.#timer);
    if (query === '') this.store.set(null);
    else this.#timer = setTimeout(() => void this.#find(query), DELAY_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  async #find(query: string): Promise<void> {
    try {
      const people = await this.#directory.search(query);
      if (query === this.#query) this.store.set(people.map(({ id }) => id));
    } catch (error) {
      this.#report(error);
    }
  }
}
