import { readRoomPathUntrusted } from '../client/rooms/roomLink';
import { Store } from '../client/store';

export type Route =
  | { readonly kind: 'landing' }
  /** Home, with a conversation open or none, and perhaps a thread of it. */
  | { readonly kind: 'home'; readonly conversation: string | null; readonly thread: string | null }
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'unknown' };

export function readRoute(path: string): Route {
  if (/^\/+$/u.test(path) || path === '/index.html') return { kind: 'landing' };
  const conversation = readConversationPathUntrusted(path);
  if (conversation !== null) return { kind: 'home', ...conversation };
  const room = readRoomPathUntrusted(path);
  return room === null ? { kind: 'unknown' } : { kind: 'room', room };
}

export function conversationPath(conversation: string | null, thread: string | null = null): string {
  if (conversation === null) return '/';
  const path = `/c/${encodeURIComponent(conversation)}`;
  return thread === null ? path : `${path}/${encodeURIComponent(thread)}`;
}

/** `/c/<conversation>` and `/c/<conversation>/<message with the thread>`; null for any other path. */
function readConversationPathUntrusted(path: string): { conversation: string; thread: string | null } | null {
  const [, conversation, thread = null] = /^\/c\/([A-Za-z0-9_-]{1,128})(?:\/([A-Za-z0-9_-]{1,128}))?\/?$/u.exec(path) ?? [];
  return conversation === undefined ? null : { conversation, thread };
}

/** The address bar as a store: `go` pushes an entry, the browser's own buttons are followed. */
export class Router extends Store<Route> {
  readonly #window: Window;

  constructor(win: Window) {
    super(readRoute(win.location.pathname));
    this.#window = win;
    win.addEventListener('popstate', this.#read);
  }

  readonly go = (path: string): void => {
    this.#window.history.pushState({ from: this.#window.location.pathname }, '', path);
    this.#window.scrollTo(0, 0);
    this.#read();
  };

  /** Goes to where one came from, if that is it, as the browser's own button does; else as `go`. */
  readonly leaveTo = (path: string): void => {
    if (this.#cameFrom() === path) this.#window.history.back();
    else this.go(path);
  };

  #cameFrom(): unknown {
    const state: unknown = this.#window.history.state;
    return typeof state === 'object' && state !== null && 'from' in state ? state.from : null;
  }

  readonly #read = (): void => this.set(readRoute(this.#window.location.pathname));
}
