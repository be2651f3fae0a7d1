import type { Connection } from '@tureen/client';
import { Store } from '../store';

export interface CallWaitingParts {
  readonly connection: Pick<Connection, 'send' | 'on' | 'onWelcome'>;
  readonly me: string;
  readonly report: (error: unknown) => void;
}

/** Whether a second call rings while one is in a call: a choice of the person, the same on all their devices. */
export class CallWaiting {
  /** Null until the server has said it. */
  readonly store = new Store<boolean | null>(null);
  readonly #parts: CallWaitingParts;
  readonly #stops: readonly (() => void)[];
  /** Only the answer to the newest question counts. */
  #asked = 0;

  constructor(parts: CallWaitingParts) {
    this.#parts = parts;
    const { connection, me } = parts;
    const look = (): void => void this.#ask().catch(() => undefined); // the next welcome asks again
    this.#stops = [connection.onWelcome(look), connection.on('person', ({ person }) => person.id === me && look())];
  }

  choose(on: boolean): void {
    const before = this.store.get();
    this.store.set(on);
    const asked = this.#asked + 1;
    this.#ask(on).catch((error: unknown) => {
      if (asked === this.#asked) this.store.set(before);
      this.#parts.report(error);
    });
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  async #ask(on?: boolean): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const reply = await this.#parts.connection.send({ type: 'call.waiting', ...(on !== undefined && { on }) });
    if (asked === this.#asked) this.store.set(reply.on);
  }
}
