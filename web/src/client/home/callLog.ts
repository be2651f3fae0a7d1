import type { Connection, wire } from '@tureen/client';
import type { SeenCalls } from '../memory/seenCalls';
import { Store } from '../store';
import { isPartyOf, outcomeOf } from './callTrace';

const PAGE = 50;

export interface Calls {
  /** Those that are over, newest first. */
  readonly calls: readonly wire.Call[];
  readonly hasMore: boolean;
  /** Whether the newest ones have come. */
  readonly loaded: boolean;
  /** Those that came since somebody looked, and were missed. */
  readonly missed: number;
}

/** The calls of the past, as the server has them, and how many were missed since somebody looked. */
export class CallLog {
  readonly store = new Store<Calls>({ calls: [], hasMore: false, loaded: false, missed: 0 });
  readonly #connection: Connection;
  readonly #me: string;
  readonly #seen: SeenCalls;
  readonly #stops: (() => void)[];
  #isLoading = false;

  constructor(connection: Connection, me: string, seen: SeenCalls) {
    this.#connection = connection;
    this.#me = me;
    this.#seen = seen;
    this.#stops = [
      // Also after a drop: what ended meanwhile was not told.
      connection.onWelcome(() => void this.#load(null).catch(() => undefined)),
      connection.on('call.changed', ({ call }) => this.#take([call])),
    ];
  }

  /** Older ones. Rejects with `CommandError`. */
  async loadMore(): Promise<void> {
    const { calls, hasMore } = this.store.get();
    const oldest = calls.at(-1);
    if (!hasMore || oldest === undefined || this.#isLoading) return;
    this.#isLoading = true;
    try {
      await this.#load(oldest.created_at);
    } finally {
      this.#isLoading = false;
    }
  }

  /** Somebody looks at them. */
  see(): void {
    const [newest] = this.store.get().calls;
    if (newest !== undefined) this.#seen.see(newest.created_at);
    this.#take([]);
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(before: number | null): Promise<void> {
    const { calls } = await this.#connection.send({
      type: 'call.history',
      limit: PAGE,
      ...(before !== null && { before }),
    });
    const isFirst = !this.store.get().loaded;
    if (before !== null || isFirst) this.store.update((log) => ({ ...log, loaded: true, hasMore: calls.length >= PAGE }));
    this.#take(calls);
  }

  #take(news: readonly wire.Call[]): void {
    const over = news.filter((call) => call.state === 'ended' && call.end !== 'glare' && isPartyOf(call, this.#me));
    this.store.update((log) => {
      const byId = new Map([...log.calls, ...over].map((call) => [call.id, call]));
      const calls = [...byId.values()].sort((one, other) => other.created_at - one.created_at);
      const missed = calls.filter((call) => call.created_at > this.#seen.upTo && outcomeOf(call, this.#me) === 'missed');
      return { ...log, calls, missed: missed.length };
    });
  }
}
