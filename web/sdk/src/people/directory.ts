import type { Connection } from '../connection/connection';
import type { Person } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';

const BATCH = 200;
const GATHER_MS = 20;

/** Who is who, as far as somebody asked; names and pictures stay right while their bearer is watched. */
export class Directory {
  readonly #connection: Connection;
  readonly #store = new Store<ReadonlyMap<string, Person>>(new Map());
  readonly #asked = new Set<string>();
  readonly #stops: (() => void)[];
  #wanted = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#stops = [
      connection.on('person', ({ person }) => this.#take([person])),
      connection.onWelcome(({ me }) => {
        this.#take([me]);
        this.#refresh();
      }),
    ];
  }

  /** Everybody who was asked for. Who is not in here is unknown yet, or hides. */
  get store(): ReadableStore<ReadonlyMap<string, Person>> {
    return this.#store;
  }

  /** Makes people known; those who are known already cost nothing. */
  need(users: readonly string[]): void {
    for (const user of users) if (!this.#asked.has(user)) this.#wanted.add(user);
    if (this.#wanted.size > 0) this.#timer ??= setTimeout(() => void this.#ask(), GATHER_MS);
  }

  /** Those whose name or a searchable attribute has a word that begins with the query. */
  async search(query: string, limit = 20): Promise<readonly Person[]> {
    const trimmed = query.trim();
    if (trimmed === '') return [];
    const { people } = await this.#connection.send({ type: 'people.search', query: trimmed, limit });
    this.#take(people);
    return people;
  }

  end(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
  }

  /** What changed during a drop was not told. */
  #refresh(): void {
    const users = [...this.#asked];
    this.#asked.clear();
    this.need(users);
  }

  async #ask(): Promise<void> {
    this.#timer = undefined;
    const users = [...this.#wanted].slice(0, BATCH);
    for (const user of users) {
      this.#wanted.delete(user);
      this.#asked.add(user);
    }
    this.need([...this.#wanted]);
    try {
      this.#take((await this.#connection.send({ type: 'people.get', users })).people);
    } catch {
      for (const user of users) this.#asked.delete(user); // whoever needs them asks again
    }
  }

  #take(people: readonly Person[]): void {
    if (people.length === 0) return;
    this.#store.update((known) => new Map([...known, ...people.map((person) => [person.id, person] as const)]));
  }
}
