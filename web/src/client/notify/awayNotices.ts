import type { Connection, EventOf } from '@tureen/client';
import type { Home } from '../home/home';
import type { RingingCall } from '../home/callViews';
import type { HomeState } from '../home/homeState';
import type { Notices } from './browserPush';
import type { Notify } from './notifySwitch';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** As the server cuts it for pushes. */
const MAX_BODY = 120;

/** What is asked of a `Document`. */
export type Page = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

export interface AwayParts {
  readonly home: Pick<Home, 'store'>;
  readonly connection: Pick<Connection, 'on' | 'state'>;
  readonly notify: Pick<Notify, 'store'>;
  readonly notices: Notices;
  readonly me: string;
  readonly nameOf: (user: string) => string;
  readonly page: Page;
}

/**
 * Notifies while home is open but not looked at: the server pushes to closed devices only. Takes notifications away, be
 * they of a push, when there is nothing to tell any more.
 */
export class AwayNotices {
  readonly #parts: AwayParts;
  readonly #stops: (() => void)[];
  /** What was missed follows each welcome, and is no news to notify of. */
  #synced = false;
  #ringing: ReadonlyMap<string, RingingCall> = new Map();
  #open: string | null = null;

  constructor(parts: AwayParts) {
    this.#parts = parts;
    const { home, connection, page } = parts;
    page.addEventListener('visibilitychange', this.#handleVisibility);
    this.#stops = [
      home.store.subscribe(() => this.#follow(home.store.get())),
      connection.state.subscribe(() => void (this.#synced &&= connection.state.get().kind === 'online')),
      connection.on('synced', () => void (this.#synced = true)),
      connection.on('conversation.event', (event) => this.#handleEvent(event)),
      () => page.removeEventListener('visibilitychange', this.#handleVisibility),
    ];
  }

  end(): void {
    for (const stop of this.#stops) stop();
  }

  readonly #handleVisibility = (): void => {
    for (const call of this.#ringing.values()) this.#showCall(call);
    if (this.#isSeen() && this.#open !== null) this.#takeAway(this.#open);
  };

  #follow({ ringing, open }: HomeState): void {
    const before = this.#ringing;
    this.#ringing = new Map(ringing.map((call) => [call.id, call]));
    for (const call of ringing) if (!before.has(call.id)) this.#showCall(call);
    for (const id of before.keys()) if (!this.#ringing.has(id)) this.#takeAway(id);
    const opened = open?.row.id ?? null;
    if (opened === this.#open) return;
    this.#open = opened;
    if (opened !== null) this.#takeAway(opened);
  }

  /** The page itself shows it to whoever looks. */
  #showCall({ id, caller, media }: RingingCall): void {
    if (this.#isSeen()) this.#takeAway(id);
    if (!this.#isWanted()) return;
    const body = media === 'video' ? 'Calls you by video' : 'Calls you';
    const notice = { kind: 'call', title: caller.name, body, about: id, expires_at: Date.now() + MINUTE_MS } as const;
    void this.#parts.notices.tell(notice, null);
  }

  #handleEvent({ conversation, sender, event }: EventOf<'conversation.event'>): void {
    if (event.kind !== 'posted' || sender === this.#parts.me || !this.#synced || !this.#isWanted()) return;
    const row = this.#parts.home.store.get().conversations.find(({ id }) => id === conversation);
    if (row?.kind === 'room') return;
    const { id, text = '' } = event.message;
    const title = this.#parts.nameOf(sender);
    const notice = { kind: 'message', title, body: text.slice(0, MAX_BODY), about: conversation, expires_at: Date.now() + DAY_MS } as const;
    void this.#parts.notices.tell(notice, id);
  }

  #isWanted(): boolean {
    return !this.#isSeen() && this.#parts.notify.store.get().kind === 'on';
  }

  #isSeen(): boolean {
    return this.#parts.page.visibilityState === 'visible';
  }

  #takeAway(tag: string): void {
    void this.#parts.notices.takeAway(tag);
  }
}
