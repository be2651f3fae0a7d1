import { type Attendance, readWorkerMessage, type Wish } from '../../protocol/workerMessages';

/** Who answers the service worker on this page: home, while it is open. */
export interface Attendant {
  /** Whether this page rings and shows messages by itself. */
  readonly attends: () => boolean;
  readonly onWish: (wish: Wish) => void;
  readonly onSubscriptionChanged: () => void;
}

const MAX_WISHES = 8;

/**
 * The page's end of the way to the service worker. Made at the very start: what the worker says to a page that it opened
 * comes before home is there, and waits here.
 */
export class WorkerLink {
  readonly #early: Wish[] = [];
  #attendant: Attendant | null = null;

  constructor(container: Pick<ServiceWorkerContainer, 'addEventListener' | 'startMessages'> | undefined) {
    container?.addEventListener('message', ({ data, ports }) => this.#handle(data, ports[0]));
    container?.startMessages();
  }

  /** Returns how to stop. */
  attend(attendant: Attendant): () => void {
    this.#attendant = attendant;
    for (const wish of this.#early.splice(0)) attendant.onWish(wish);
    return () => {
      if (this.#attendant === attendant) this.#attendant = null;
    };
  }

  #handle(data: unknown, port: MessagePort | undefined): void {
    const message = readWorkerMessage(data);
    if (message === null) return;
    if (message.kind === 'who_attends') port?.postMessage({ attends: this.#attendant?.attends() ?? false } satisfies Attendance);
    else if (message.kind === 'subscription_changed') this.#attendant?.onSubscriptionChanged();
    else if (this.#attendant !== null) this.#attendant.onWish(message.wish);
    else if (this.#early.length < MAX_WISHES) this.#early.push(message.wish);
  }
}
