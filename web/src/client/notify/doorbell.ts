import type { HomeSession } from '../home/homeSession';
import type { Section } from '../home/homeState';
import type { Store } from '../store';
import { AwayNotices } from './awayNotices';
import type { BrowserPush } from './browserPush';
import type { NotifySwitch } from './notifySwitch';
import { Wishes } from './wishes';
import type { WorkerLink } from './workerLink';

export interface DoorbellParts {
  readonly session: HomeSession;
  readonly notify: NotifySwitch;
  readonly push: BrowserPush;
  readonly workerLink: WorkerLink;
  readonly me: string;
  readonly section: Store<Section>;
}

/** Between home and the notifications of the browser. */
export class Doorbell {
  readonly #parts: DoorbellParts;
  readonly #wishes: Wishes;
  readonly #away: AwayNotices;
  readonly #stopAttending: () => void;

  constructor(parts: DoorbellParts) {
    const { session, notify, push, me, workerLink } = parts;
    const { connection } = session.parts;
    this.#parts = parts;
    this.#wishes = new Wishes({
      home: session,
      connection,
      say: (text) => session.notices.add('info', text),
      onPastCalls: () => parts.section.set('calls'),
    });
    const nameOf = (user: string): string => session.views.person(user).name;
    this.#away = new AwayNotices({ home: session, connection, notify, notices: push, me, nameOf, page: document });
    this.#stopAttending = workerLink.attend({
      attends: () => this.#attends(),
      onWish: this.#wishes.handle,
      onSubscriptionChanged: () => notify.renew(),
    });
    document.addEventListener('visibilitychange', this.#handleVisibility);
  }

  end(): void {
    document.removeEventListener('visibilitychange', this.#handleVisibility);
    this.#stopAttending();
    this.#wishes.end();
    this.#away.end();
  }

  /** A push about something that this page has not heard of says that its connection may be dead: it is looked after. */
  #attends(): boolean {
    const { connection } = this.#parts.session.parts;
    connection.wake();
    return connection.state.get().kind === 'online';
  }

  /** The person may have been in the browser's settings. */
  readonly #handleVisibility = (): void => this.#parts.notify.refresh();
}
