import type { CallSession, ReadableStore, wire } from '@tureen/client';
import { Store } from '../store';

/** Calls that go on without this page, of people who were called or are in it elsewhere: they can come in. */
export class RunningCalls {
  readonly store = new Store<readonly wire.Call[]>([]);
  readonly #open: ReadableStore<readonly CallSession[]>;
  readonly #me: string;
  readonly #followed = new Map<CallSession, () => void>();
  readonly #stop: () => void;

  constructor(open: ReadableStore<readonly CallSession[]>, me: string) {
    this.#open = open;
    this.#me = me;
    this.#stop = open.subscribe(() => this.#follow());
    this.#follow();
  }

  /** One of this conversation, or of exactly these people and oneself. */
  find(users: readonly string[], conversation: string | null): wire.Call | null {
    const wanted = new Set([this.#me, ...users]);
    const isWanted = (call: wire.Call): boolean => {
      if (conversation !== null && call.conversation === conversation) return true;
      return call.parties.length === wanted.size && call.parties.every(({ user }) => wanted.has(user));
    };
    return this.store.get().find(isWanted) ?? null;
  }

  end(): void {
    this.#stop();
    for (const stop of this.#followed.values()) stop();
    this.#followed.clear();
  }

  #follow(): void {
    const open = this.#open.get();
    for (const [session, stop] of this.#followed) {
      if (open.includes(session)) continue;
      stop();
      this.#followed.delete(session);
    }
    for (const session of open) {
      if (this.#followed.has(session)) continue;
      const stops = [session.record, session.phase].map((store) => store.subscribe(() => this.#show()));
      this.#followed.set(session, () => stops.forEach((stop) => stop()));
    }
    this.#show();
  }

  #show(): void {
    const elsewhere = this.#open.get().filter(({ phase }) => phase.get() === 'elsewhere');
    const running = elsewhere.map(({ record }) => record.get()).filter((call) => othersInside(call, this.#me).length > 0);
    const shown = this.store.get();
    const isSame = running.length === shown.length && running.every((call, index) => call === shown[index]);
    if (!isSame) this.store.set(running);
  }
}

/** Those who are in it, without oneself. */
export function othersInside({ parties }: wire.Call, me: string): readonly string[] {
  const inside = parties.filter(({ state }) => state === 'joined' || state === 'reconnecting');
  return inside.map(({ user }) => user).filter((user) => user !== me);
}
