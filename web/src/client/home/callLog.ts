import type { Connection, wire } from '@tureen/client';
import { Store } from '../store';
import { callRow, outcomeOf } from './callTrace';
import type { CallRow, PersonView } from './homeState';

const PAGE = 50;

/** The calls of the past, and how many were missed since somebody looked. */
export class CallLog {
  readonly store = new Store<{ readonly rows: readonly CallRow[]; readonly missed: number }>({ rows: [], missed: 0 });
  readonly #connection: Connection;
  readonly #me: string;
  readonly #person: (id: string) => PersonView;
  readonly #stop: () => void;

  constructor(connection: Connection, me: string, person: (id: string) => PersonView) {
    this.#connection = connection;
    this.#me = me;
    this.#person = person;
    this.#stop = connection.on('call.changed', ({ call }) => this.#count(call));
  }

  /** Reads the newest ones; the person has seen what was missed. Rejects with `CommandError`. */
  async load(): Promise<void> {
    this.store.update((log) => ({ ...log, missed: 0 }));
    const { calls } = await this.#connection.send({ type: 'call.history', limit: PAGE });
    this.store.update((log) => ({ ...log, rows: calls.map((call) => callRow(call, this.#me, this.#person)) }));
  }

  end(): void {
    this.#stop();
  }

  #count(call: wire.Call): void {
    if (call.state !== 'ended' || outcomeOf(call, this.#me) !== 'missed') return;
    this.store.update((log) => ({ ...log, missed: log.missed + 1 }));
  }
}
