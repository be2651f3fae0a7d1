import type { Connection } from '../connection/connection';
import type { Presence } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';

/** Most people that one command may name. */
const BATCH = 200;
const GATHER_MS = 50;
/** A person who is watched no more may be in a moment again, as when a list scrolls. */
const LINGER_MS = 5_000;

/** The presence of whom somebody looks at: watched once, however many look, and again after each welcome. */
export class PresenceWatch {
  readonly #connection: Connection;
  readonly #store = new Store<ReadonlyMap<string, Presence>>(new Map());
  readonly #lookers = new Map<string, number>();
  /** Whom the server tells of, as far as it was asked. */
  readonly #watched = new Set<string>();
  readonly #stops: (() => void)[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatching: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#stops = [
      connection.on('presence', ({ presences }) => this.#take(presences)),
      connection.onWelcome(() => {
        this.#watched.clear();
        this.#plan();
      }),
    ];
  }

  /** Of whom somebody looks at. Who is not in here is not known yet, or hides. */
  get store(): ReadableStore<ReadonlyMap<string, Presence>> {
    return this.#store;
  }

  /** Watches people until the function that it returns is called. */
  watch(users: readonly string[]): () => void {
    for (const user of users) this.#lookers.set(user, (this.#lookers.get(user) ?? 0) + 1);
    this.#plan();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      for (const user of users) this.#lookAway(user);
    };
  }

  end(): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#timer);
    clearTimeout(this.#unwatching);
  }

  #lookAway(user: string): void {
    const left = (this.#lookers.get(user) ?? 0) - 1;
    if (left > 0) this.#lookers.set(user, left);
    else this.#lookers.delete(user);
    this.#unwatching ??= setTimeout(() => this.#unwatch(), LINGER_MS);
  }

  #plan(): void {
    this.#timer ??= setTimeout(() => this.#watch(), GATHER_MS);
  }

  #watch(): void {
    this.#timer = undefined;
    if (this.#connection.state.get().kind !== 'online') return; // the welcome plans it again
    const users = [...this.#lookers.keys()].filter((user) => !this.#watched.has(user));
    for (const batch of batches(users)) {
      for (const user of batch) this.#watched.add(user);
      this.#connection.send({ type: 'presence.watch', users: batch }).then(
        ({ presences }) => this.#take(presences),
        () => batch.forEach((user) => this.#watched.delete(user)),
      );
    }
  }

  #unwatch(): void {
    this.#unwatching = undefined;
    const users = [...this.#watched].filter((user) => !this.#lookers.has(user));
    if (users.length === 0) return;
    for (const user of users) this.#watched.delete(user);
    this.#store.update((known) => new Map([...known].filter(([user]) => !users.includes(user))));
    for (const batch of batches(users)) {
      const told = this.#connection.send({ type: 'presence.unwatch', users: batch }, { patienceMs: 0 });
      told.catch(() => undefined); // a new session watches nobody by itself
    }
  }

  #take(presences: readonly Presence[]): void {
    const wanted = presences.filter(({ user }) => this.#watched.has(user));
    if (wanted.length === 0) return;
    this.#store.update((known) => new Map([...known, ...wanted.map((one) => [one.user, one] as const)]));
  }
}

function batches(users: readonly string[]): string[][] {
  const count = Math.ceil(users.length / BATCH);
  return Array.from({ length: count }, (_, index) => users.slice(index * BATCH, (index + 1) * BATCH));
}
