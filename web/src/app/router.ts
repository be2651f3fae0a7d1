import { readRoomPathUntrusted } from '../client/rooms/roomLink';
import { Store } from '../client/store';

export type Route =
  | { readonly kind: 'landing' }
  /** Home, with a conversation open or none. */
  | { readonly kind: 'home'; readonly conversation: string | null }
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'unknown' };

export function readRoute(path: string): Route {
  if (/^\/+$/u.test(path) || path === '/index.html') return { kind: 'landing' };
  const conversation = readConversationPathUntrusted(path);
  if (conversation !== null) return { kind: 'home', conversation };
  const room = readRoomPathUntrusted(path);
  return room === null ? { kind: 'unknown' } : { kind: 'room', room };
}

export function conversationPath(conversation: string | null): string {
  return conversation === null ? '/' : `/c/${encodeURIComponent(conversation)}`;
}

/** `/c/<id>` to the conversation's id; null for any other path. */
function readConversationPathUntrusted(path: string): string | null {
  const id = /^\/c\/([A-Za-z0-9_-]{1,128})\/?$/u.exec(path);
  return id?.[1] ?? null;
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
    this.#window.history.pushState(null, '', path);
    this.#window.scrollTo(0, 0);
    this.#read();
  };

  readonly #read = (): void => this.set(readRoute(this.#window.location.pathname));
}
