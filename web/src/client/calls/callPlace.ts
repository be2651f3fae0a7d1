import { Store } from '../store';

type Page = Pick<Window, 'history' | 'addEventListener' | 'removeEventListener'>;

/**
 * Whether the call that is on has the whole page, or is a bar above the rest of it. A call with the whole page has an entry
 * of its own in the browser's history, so that Back makes it a bar before it leads anywhere else.
 */
export class CallPlace {
  readonly full = new Store(true);
  readonly #page: Page;
  #call: string | null = null;
  /** The entry of the call before is on its way out. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(page: Page) {
    this.#page = page;
  }

  /** A call begins, with the whole page. Returns what is to be done at its end. */
  enter(call: string): () => void {
    this.#call = call;
    this.full.set(true);
    this.#page.addEventListener('beforeunload', askFirst);
    void this.#leaving.then(() => {
      if (this.#call !== call) return;
      this.#page.addEventListener('popstate', this.#follow);
      this.#addEntry(call);
    });
    return () => this.#leave(call);
  }

  readonly minimise = (): void => {
    this.full.set(false);
    if (this.#shownCall() === this.#call) this.#page.history.back();
  };

  readonly open = (): void => {
    this.full.set(true);
    if (this.#call !== null) this.#addEntry(this.#call);
  };

  #addEntry(call: string): void {
    const isThere = this.#shownCall() === call; // after a reload, for one
    if (this.full.get() && !isThere) this.#page.history.pushState({ ...this.#state(), call }, '');
  }

  #leave(call: string): void {
    this.#page.removeEventListener('popstate', this.#follow);
    this.#page.removeEventListener('beforeunload', askFirst);
    this.#call = null;
    if (this.#shownCall() !== call) return;
    this.#leaving = new Promise((resolve) => this.#page.addEventListener('popstate', () => resolve(), { once: true }));
    this.#page.history.back();
  }

  #shownCall(): unknown {
    return this.#state().call;
  }

  #state(): Record<string, unknown> {
    const state: unknown = this.#page.history.state;
    return typeof state === 'object' && state !== null ? (state as Record<string, unknown>) : {};
  }

  readonly #follow = (): void => this.full.set(this.#shownCall() === this.#call);
}

/** The browser asks before it leaves a page that says so (HTML, `beforeunload`). */
function askFirst(event: Event): void {
  event.preventDefault();
}
