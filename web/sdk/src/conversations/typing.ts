import type { Connection } from '../connection/connection';
import { type ReadableStore, Store } from '../stores/store';

const FORGET_MS = 5_000;
const REPEAT_MS = 3_000;

/** Who writes just now, and telling the others that one does. */
export class Typing {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #users = new Store<readonly string[]>([]);
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #toldAtMs = -Infinity;

  constructor(connection: Connection, conversation: string) {
    this.#connection = connection;
    this.#conversation = conversation;
  }

  get users(): ReadableStore<readonly string[]> {
    return this.#users;
  }

  /** Call it at each key: the others hear of it every 3 s at most. */
  note(): void {
    const now = Date.now();
    if (now - this.#toldAtMs < REPEAT_MS) return;
    this.#toldAtMs = now;
    const told = this.#connection.send({ type: 'typing', conversation: this.#conversation }, { patienceMs: 0 });
    told.catch(() => undefined); // it mattered only then
  }

  handleTyping(user: string): void {
    clearTimeout(this.#timers.get(user));
    this.#timers.set(
      user,
      setTimeout(() => this.handleStopped(user), FORGET_MS),
    );
    this.#users.update((users) => (users.includes(user) ? users : [...users, user]));
  }

  /** They sent what they wrote, or left. */
  handleStopped(user: string): void {
    clearTimeout(this.#timers.get(user));
    if (!this.#timers.delete(user)) return;
    this.#users.update((users) => users.filter((one) => one !== user));
  }

  end(): void {
    for (const user of [...this.#timers.keys()]) this.handleStopped(user);
  }
}
