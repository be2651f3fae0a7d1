import type { ChatMessage, Chats, Directory, Found } from '@tureen/client';
import { Store } from '../store';

const DELAY_MS = 300;
const PAGE = 20;
const MOST_PEOPLE = 5;
const MAX_QUERY = 200;

/** What was found so far; null of something: it is being looked for. */
export interface Search {
  readonly query: string;
  readonly people: readonly string[] | null;
  readonly messages: readonly ChatMessage[] | null;
  readonly more: boolean;
}

/** People and messages, as it is typed. */
export class Searcher {
  /** Null while nothing is searched for. */
  readonly store = new Store<Search | null>(null);
  readonly #chats: Chats;
  readonly #directory: Directory;
  readonly #report: (error: unknown) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoadingMore = false;

  constructor(chats: Chats, directory: Directory, report: (error: unknown) => void) {
    this.#chats = chats;
    this.#directory = directory;
    this.#report = report;
  }

  search(typed: string): void {
    const query = typed.trim().slice(0, MAX_QUERY);
    if (query === (this.store.get()?.query ?? '')) return;
    clearTimeout(this.#timer);
    this.store.set(query === '' ? null : { query, people: null, messages: null, more: false });
    if (query !== '') this.#timer = setTimeout(() => this.#find(query), DELAY_MS);
  }

  /** The next page of messages. */
  loadMore(): void {
    const { query, messages, more } = this.store.get() ?? { query: '', messages: null, more: false };
    const oldest = messages?.at(-1);
    if (!more || oldest === undefined || this.#isLoadingMore) return;
    this.#isLoadingMore = true;
    const found = this.#messages(query, oldest.sent_at);
    const all = found.then((page) => ({ ...page, messages: [...(messages ?? []), ...page.messages] }));
    void this.#take(query, all).finally(() => (this.#isLoadingMore = false));
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  #find(query: string): void {
    const people = this.#directory.search(query, MOST_PEOPLE);
    void this.#take(query, people.then((found) => ({ people: found.map(({ id }) => id) })));
    void this.#take(query, this.#messages(query, null));
  }

  async #messages(query: string, before: number | null): Promise<Found> {
    const found = await this.#chats.search(query, { limit: PAGE, ...(before !== null && { before }) });
    // Their names are shown; those that are not listed yet are asked for.
    for (const { conversation } of found.messages) void this.#chats.get(conversation).catch(() => undefined);
    return found;
  }

  /** Unless something else is searched for by now. */
  async #take(query: string, finding: Promise<Partial<Search>>): Promise<void> {
    try {
      const found = await finding;
      this.store.update((search) => (search?.query === query ? { ...search, ...found } : search));
    } catch (error) {
      const ended = ({ people, messages }: Search): Partial<Search> => ({ people: people ?? [], messages: messages ?? [] });
      this.store.update((search) => (search?.query === query ? { ...search, ...ended(search) } : search));
      this.#report(error);
    }
  }
}
