import type { Connection } from '@tureen/client';
import { type ReadableStore, Store } from '../store';
import type { PushPlace } from './browserPush';
import type { NotifyMemory } from './notifyMemory';
import { type NotifyFacts, type NotifyState, notifyState } from './notifyState';

/** What a person can say about being notified. */
export interface Notify {
  readonly store: ReadableStore<NotifyState>;
  /** From within a click: the browser may ask. */
  turnOn(): void;
  turnOff(): void;
}

export interface NotifyParts {
  readonly place: PushPlace;
  readonly memory: NotifyMemory;
  readonly user: string;
  readonly connection: Pick<Connection, 'send' | 'welcome' | 'onWelcome'>;
}

type Course = Pick<NotifyFacts, 'busy' | 'reach' | 'problem'>;

/** Keeps what the person chose, the browser's subscription and the server's registration in step. */
export class NotifySwitch implements Notify {
  readonly store: Store<NotifyState>;
  readonly #parts: NotifyParts;
  readonly #stop: () => void;
  #course: Course = { busy: false, reach: 'always', problem: null };
  /** One thing after the other: a subscription that is made must not outlive one that is ended later. */
  #work: Promise<void> = Promise.resolve();

  constructor(parts: NotifyParts) {
    this.#parts = parts;
    this.store = new Store(this.#read());
    this.#stop = parts.connection.onWelcome(() => this.renew());
    this.renew();
  }

  turnOn(): void {
    const { place, memory, user } = this.#parts;
    if (this.store.get().kind === 'asking') return;
    this.#show({ busy: true, problem: null });
    const asked = place.ask();
    void this.#then(async () => {
      if ((await asked) === 'granted') {
        memory.choose(user);
        await this.#register();
      }
      this.#show({ busy: false });
    });
  }

  turnOff(): void {
    void this.forget();
  }

  /** As `turnOff`; settles when the server knows, or could not be told. For signing out. */
  forget(): Promise<void> {
    const { place, memory, user, connection } = this.#parts;
    if (!memory.isChosen(user)) return Promise.resolve();
    memory.choose(null);
    this.#show({});
    return this.#then(async () => {
      // Either is enough: a subscription that is gone is forgotten by the server at its next push.
      const told = connection.send({ type: 'push.unregister' }, { patienceMs: 0 });
      await Promise.allSettled([place.unsubscribe(), told]);
    });
  }

  /** Registers again what may have changed: the subscription, the server's key, the device. */
  renew(): void {
    this.refresh();
    if (this.store.get().kind !== 'on' || this.#parts.connection.welcome.get() === null) return;
    void this.#then(() => this.#register());
  }

  /** Reads the permission again, which changes outside of the page. */
  refresh(): void {
    this.#show({});
  }

  end(): void {
    this.#stop();
  }

  async #register(): Promise<void> {
    const { place, memory, user, connection } = this.#parts;
    if (!memory.isChosen(user) || place.permission() !== 'granted') return;
    try {
      await connection.send({ type: 'push.register', ...(await place.subscribe(connection.welcome.get()?.push_key ?? '')) });
      this.#show({ reach: 'always' });
    } catch {
      // No push service, or the server takes no registration: an open page can notify all the same.
      this.#show({ reach: 'open_pages' });
    }
  }

  #then(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(step);
    this.#work = done.catch((error: unknown) => {
      const problem = error instanceof Error ? error.message : 'This browser refused.';
      this.#show({ busy: false, problem });
    });
    return this.#work;
  }

  #show(changed: Partial<Course>): void {
    this.#course = { ...this.#course, ...changed };
    this.store.set(this.#read());
  }

  #read(): NotifyState {
    const { place, memory, user } = this.#parts;
    const support = place.support();
    const permission = support === 'full' ? place.permission() : 'default';
    return notifyState({ support, permission, chosen: memory.isChosen(user), ...this.#course });
  }
}
