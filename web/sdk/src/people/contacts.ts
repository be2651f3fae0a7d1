import type { Connection } from '../connection/connection';
import type { Contact } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';

/** One's own list of people; kept up over one's devices once it is loaded. */
export class Contacts {
  readonly #connection: Connection;
  readonly #store = new Store<readonly Contact[] | null>(null);
  readonly #stops: (() => void)[];

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#stops = [connection.on('contacts.changed', () => this.#refresh()), connection.onWelcome(() => this.#refresh())];
  }

  /** Blocked people too. Null: not loaded yet. */
  get store(): ReadableStore<readonly Contact[] | null> {
    return this.#store;
  }

  async load(): Promise<void> {
    const { contacts } = await this.#connection.send({ type: 'contacts.list' });
    this.#store.set(contacts);
  }

  async add(user: string): Promise<void> {
    await this.#connection.send({ type: 'contacts.add', user });
    await this.load();
  }

  /** Takes somebody off the list; a block goes too. */
  async remove(user: string): Promise<void> {
    await this.#connection.send({ type: 'contacts.remove', user });
    await this.load();
  }

  /** Nothing of theirs reaches one any more; they are not told. */
  async block(user: string, blocked = true): Promise<void> {
    await this.#connection.send({ type: 'contacts.block', user, blocked });
    await this.load();
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  #refresh(): void {
    if (this.#store.get() !== null) this.load().catch(() => undefined); // the next change or welcome tries again
  }
}
