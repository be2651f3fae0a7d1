import type { Connection } from '../connection/connection';
import type { StateChanged, StateEntry } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';

/** Keys and values that the members share: of each key the newest value counts. */
export class SharedStates {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #store = new Store<ReadonlyMap<string, StateEntry>>(new Map());
  /** When each key changed last, removed ones too: what is older is no news. */
  readonly #changedAt = new Map<string, number>();
  #isLoaded = false;

  constructor(connection: Connection, conversation: string) {
    this.#connection = connection;
    this.#conversation = conversation;
  }

  get store(): ReadableStore<ReadonlyMap<string, StateEntry>> {
    return this.#store;
  }

  /** Reads all of them; from then on they are kept up, over drops too. */
  async load(): Promise<void> {
    const { states } = await this.#connection.send({ type: 'state.get', conversation: this.#conversation });
    this.#isLoaded = true;
    // A key that is not there any more was removed while nobody told.
    const present = new Set(states.map(({ key }) => key));
    this.#store.update((all) => new Map([...all].filter(([key]) => present.has(key))));
    for (const entry of states) this.handleChanged(entry);
  }

  /** Sets a key for everyone; null removes it. */
  async set(key: string, data: unknown): Promise<void> {
    await this.#connection.send({ type: 'state.set', conversation: this.#conversation, key, data });
  }

  handleChanged({ key, data, sender, changed_at }: StateEntry | StateChanged): void {
    if (changed_at < (this.#changedAt.get(key) ?? 0)) return;
    this.#changedAt.set(key, changed_at);
    this.#store.update((all) => {
      const changed = new Map(all);
      if (data === undefined || data === null) changed.delete(key);
      else changed.set(key, { key, data, sender, changed_at });
      return changed;
    });
  }

  /** Changes during a drop were not told. */
  handleWelcome(): void {
    if (this.#isLoaded) this.load().catch(() => undefined); // the next welcome tries again
  }
}
