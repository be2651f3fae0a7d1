import { readRoomPathUntrusted } from '../client/rooms/roomLink';
import { Store } from '../client/store';

export type Route =
  | { readonly kind: 'landing' }
  | { readonly kind: 'room'; readonly room: string }
  | { readonly kind: 'unknown' };

export function readRoute(path: string): Route {
  if (/^\/+$/u.test(path) || path === '/index.html') return { kind: 'landing' };
  const room = readRoomPathUntrusted(path);
  return room === null ? { kind: 'unknown' } : { kind: 'room', room };
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
