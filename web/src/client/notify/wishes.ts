import type { Connection } from '@tureen/client';
import type { Wish } from '../../protocol/workerMessages';
import type { Home } from '../home/home';

/** A call that rings is told of within this time once the page is connected. */
const PATIENCE_MS = 3_000;

type CallWish = Extract<Wish, { kind: 'call' }>;

export interface WishParts {
  readonly home: Pick<Home, 'store' | 'accept' | 'reject' | 'openConversation'>;
  readonly connection: Pick<Connection, 'state' | 'onWelcome' | 'wake'>;
  readonly onPastCalls: () => void;
  readonly say: (text: string) => void;
}

/** Carries out what was asked for by touching a notification. Of calls the server has the last word: they may be over. */
export class Wishes {
  readonly #parts: WishParts;
  readonly #stops: (() => void)[];
  #pending: CallWish | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: WishParts) {
    this.#parts = parts;
    this.#stops = [parts.home.store.subscribe(() => this.#look()), parts.connection.onWelcome(() => this.#wait())];
  }

  readonly handle = (wish: Wish): void => {
    if (wish.kind === 'conversation') this.#parts.home.openConversation(wish.id);
    else if (wish.kind === 'past_calls') this.#parts.onPastCalls();
    else this.#begin(wish);
  };

  end(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#stops) stop();
  }

  #begin(wish: CallWish): void {
    this.#pending = wish;
    this.#parts.connection.wake(); // it may be dead without knowing
    this.#look();
    this.#wait();
  }

  #look(): void {
    const wish = this.#pending;
    const { home } = this.#parts;
    const call = home.store.get().ringing.find(({ id }) => id === wish?.id);
    if (wish === null || call === undefined) return;
    this.#settle();
    if (wish.deed === 'answer') home.accept(call.id, call.media);
    if (wish.deed === 'decline') home.reject(call.id);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#pending === null || this.#parts.connection.state.get().kind !== 'online') return;
    this.#timer = setTimeout(() => {
      this.#settle();
      this.#parts.say('This call does not ring any more.');
    }, PATIENCE_MS);
  }

  #settle(): void {
    this.#pending = null;
    clearTimeout(this.#timer);
  }
}
