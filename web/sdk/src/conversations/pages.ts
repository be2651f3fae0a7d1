import type { Connection } from '../connection/connection';
import type { ConversationEvent, Messages } from '../protocol';
import { type ReadableStore, Store } from '../stores/store';
import { emptyTimeline, fold, mergePage, reachOf, renewed, shortened, type Timeline } from './timeline';

const PAGE = 50;
/**
 * So many events are remembered: a page may have been read before they happened and arrive after they did, so that they
 * are folded into it. What it was read with already changes nothing when it is told later.
 */
const RECENT = 256;

type Direction = 'newest' | 'older' | 'newer';

interface Where {
  readonly before?: number;
  readonly after?: number;
}

/** A timeline and the pages that make it: read from the server where the person looks, kept up by events. */
export class Pages {
  readonly #connection: Connection;
  readonly #conversation: string;
  readonly #store: Store<Timeline>;
  readonly #loading = new Map<Direction, Promise<void>>();
  #recent: ConversationEvent[] = [];
  #generation = 0;
  #mostKept = Infinity;
  #isOpen = false;

  constructor(connection: Connection, conversation: string, thread: string | null) {
    this.#connection = connection;
    this.#conversation = conversation;
    this.#store = new Store(emptyTimeline(thread));
  }

  get timeline(): ReadableStore<Timeline> {
    return this.#store;
  }

  /** Whether anything has been read, or is being read. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The newest page; does nothing if the timeline reaches the present already. */
  loadNewest(): Promise<void> {
    return this.#once('newest', async () => {
      if (this.#isOpen && !this.#store.get().hasNewer) return;
      this.#restart();
      await this.#load([{}]);
    });
  }

  /** ``most``: so many of the oldest are kept; `loadNewer` reads the others again. */
  loadOlder(most = Infinity): Promise<void> {
    return this.#once('older', async () => {
      const reach = reachOf(this.#store.get());
      if (reach === null) await this.loadNewest();
      else if (this.#store.get().hasOlder) await this.#load([{ before: reach.first }], most);
    });
  }

  /** ``most``: so many of the newest are kept; `loadOlder` reads the others again. */
  loadNewer(most = Infinity): Promise<void> {
    return this.#once('newer', async () => {
      const reach = reachOf(this.#store.get());
      if (reach === null) await this.loadNewest();
      else if (this.#store.get().hasNewer) await this.#load([{ after: reach.last }], most);
    });
  }

  /** The surroundings of a position, as of a search result. The timeline begins anew there. */
  async openAt(seq: number): Promise<void> {
    this.#restart();
    await this.#load([{ before: seq }, { after: Math.max(0, seq - 1) }]);
  }

  /**
   * Forgets the newest or the oldest messages beyond so many, for who reads far into the past: `loadNewer` and `loadOlder`
   * read them again.
   */
  shorten(most: number, kept: 'oldest' | 'newest'): void {
    this.#store.update((timeline) => shortened(timeline, most, kept));
  }

  /** Fetches fresh addresses of a message's files: those that it came with work for some minutes only. */
  async renewFiles(id: string): Promise<void> {
    const { messages, root, thread } = this.#store.get();
    const known = [root, ...messages].find((one) => one?.id === id);
    if (known == null) return;
    const page = { type: 'history.get', conversation: this.#conversation, before: known.seq + 1, limit: 1 } as const;
    const reply = await this.#connection.send(thread === null ? page : { ...page, thread });
    for (const read of [reply.root, ...reply.messages]) {
      if (read?.id === id) this.#store.update((timeline) => renewed(timeline, read));
    }
  }

  /** Of what it has and what still comes the newest so many are kept, for as long as nobody reads in it. `Infinity`: all. */
  keep(most: number): void {
    this.#mostKept = most;
    this.shorten(most, 'newest');
  }

  /** Each event once, in order. */
  apply(event: ConversationEvent): void {
    this.#recent.push(event);
    if (this.#recent.length > RECENT) this.#recent.shift();
    this.#store.update((timeline) => shortened(fold(timeline, event), this.#mostKept, 'newest'));
  }

  /** The history is another one: what was read is void. Reads again if it had been read. */
  async reload(): Promise<void> {
    this.#recent = [];
    const wasOpen = this.#isOpen;
    this.#restart();
    this.#isOpen = false;
    this.#loading.clear();
    if (wasOpen) await this.loadNewest();
  }

  #restart(): void {
    this.#generation += 1;
    this.#isOpen = true;
    this.#store.update(({ thread }) => emptyTimeline(thread));
  }

  async #load(pages: readonly Where[], most = Infinity): Promise<void> {
    const generation = this.#generation;
    const { thread } = this.#store.get();
    const asked = pages.map(async (where) => {
      const place = { conversation: this.#conversation, limit: PAGE, ...where, ...(thread === null ? { happenings: true } : { thread }) };
      return { where, page: await this.#connection.send({ type: 'history.get', ...place }) };
    });
    const loaded = await Promise.all(asked);
    if (generation !== this.#generation) return; // begun anew meanwhile
    const kept = pages[0]?.after === undefined ? 'oldest' : 'newest';
    this.#store.update((timeline) => {
      const joined = loaded.reduce((before, { where, page }) => withPage(before, where, page), timeline);
      const readAt = Math.min(...loaded.map(({ page }) => page.seq ?? 0));
      return shortened(this.#recent.filter(({ seq }) => seq > readAt).reduce(fold, joined), most, kept);
    });
  }

  #once(direction: Direction, load: () => Promise<void>): Promise<void> {
    const running = this.#loading.get(direction);
    if (running !== undefined) return running;
    const started: Promise<void> = load().finally(() => {
      if (this.#loading.get(direction) === started) this.#loading.delete(direction);
    });
    this.#loading.set(direction, started);
    return started;
  }
}

/** The timeline with a page from there that it joins. */
function withPage(timeline: Timeline, { before, after }: Where, page: Messages): Timeline {
  const more = page.more === true;
  const ends = after !== undefined ? { hasNewer: more } : before !== undefined ? { hasOlder: more } : { hasOlder: more, hasNewer: false };
  return { ...mergePage(timeline, page), ...ends };
}
