import { CommandError, type wire } from '@tureen/client';
import { describe, expect, it } from 'vitest';
import { Store } from '../store';
import type { PushAddress, PushPlace } from './browserPush';
import { NotifyMemory } from './notifyMemory';
import { notifyState, type Support } from './notifyState';
import { NotifySwitch } from './notifySwitch';
import { WorkerLink } from './workerLink';

class FakePlace implements PushPlace {
  granted: NotificationPermission = 'default';
  answer: NotificationPermission = 'granted';
  supported: Support = 'full';
  service = true;
  endpoint = 'https://push.example/1';
  subscribed: string | null = null;

  support = (): Support => this.supported;
  permission = (): NotificationPermission => this.granted;

  ask = (): Promise<NotificationPermission> => {
    this.granted = this.answer;
    return Promise.resolve(this.granted);
  };

  subscribe = (key: string): Promise<PushAddress> => {
    if (!this.service) return Promise.reject(new DOMException('push service error', 'AbortError'));
    this.subscribed = key;
    return Promise.resolve({ endpoint: this.endpoint, p256dh: 'p', auth: 'a' });
  };

  unsubscribe = (): Promise<void> => {
    this.subscribed = null;
    return Promise.resolve();
  };
}

class FakeConnection {
  readonly welcome = new Store<wire.Welcome | null>(null);
  readonly sent: unknown[] = [];
  refuse = false;

  send = ((command: unknown) => {
    this.sent.push(command);
    return this.refuse ? Promise.reject(new CommandError('invalid', 'No.')) : Promise.resolve({ type: 'done', id: '' });
  }) as never;

  onWelcome = (listener: (welcome: wire.Welcome) => void): (() => void) =>
    this.welcome.subscribe(() => {
      const welcome = this.welcome.get();
      if (welcome !== null) listener(welcome);
    });

  greet(push_key = 'KEY'): void {
    this.welcome.set({ push_key } as wire.Welcome);
  }
}

function storage(): ConstructorParameters<typeof NotifyMemory>[0] {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

function setUp(memory = new NotifyMemory(storage()), user = 'ada', place = new FakePlace()) {
  const connection = new FakeConnection();
  const notify = new NotifySwitch({ place, memory, user, connection });
  return { place, connection, memory, notify };
}

/** Until all that was begun is done. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const REGISTERED = { type: 'push.register', endpoint: 'https://push.example/1', p256dh: 'p', auth: 'a' };

describe('the switch', () => {
  it('registers where the person wants it and the browser allows it', async () => {
    const { notify, connection, place } = setUp();
    connection.greet();
    expect(notify.store.get()).toEqual({ kind: 'off', problem: null });
    notify.turnOn();
    expect(notify.store.get()).toEqual({ kind: 'asking' });
    await settled();
    expect(notify.store.get()).toEqual({ kind: 'on', reach: 'always' });
    expect(connection.sent).toEqual([REGISTERED]);
    expect(place.subscribed).toBe('KEY');
  });

  it('asks nobody by itself', async () => {
    const { connection, place } = setUp();
    connection.greet();
    await settled();
    expect(place.granted).toBe('default');
    expect(connection.sent).toEqual([]);
  });

  it('is blocked by a no, and off after a question that was put away', async () => {
    const { notify, place, connection } = setUp();
    place.answer = 'default';
    notify.turnOn();
    await settled();
    expect(notify.store.get().kind).toBe('off');
    place.answer = 'denied';
    notify.turnOn();
    await settled();
    expect(notify.store.get().kind).toBe('blocked');
    expect(connection.sent).toEqual([]);
    place.granted = 'default'; // mended in the browser's settings
    notify.refresh();
    expect(notify.store.get().kind).toBe('off');
  });

  it.each(['the service', 'the server'])('is on for open pages where %s takes nothing', async (who) => {
    const { notify, place, connection } = setUp();
    connection.greet();
    if (who === 'the service') place.service = false;
    else connection.refuse = true;
    notify.turnOn();
    await settled();
    expect(notify.store.get()).toEqual({ kind: 'on', reach: 'open_pages' });
  });

  it('registers anew with each welcome, as the server may have another key and the browser another address', async () => {
    const { notify, connection, place } = setUp();
    connection.greet();
    notify.turnOn();
    await settled();
    place.endpoint = 'https://push.example/2';
    connection.greet('OTHER');
    await settled();
    expect(place.subscribed).toBe('OTHER');
    expect(connection.sent.at(-1)).toEqual({ ...REGISTERED, endpoint: 'https://push.example/2' });
  });

  it('ends the subscription and tells the server', async () => {
    const { notify, connection, place } = setUp();
    connection.greet();
    notify.turnOn();
    await settled();
    await notify.forget();
    expect(place.subscribed).toBeNull();
    expect(connection.sent.at(-1)).toEqual({ type: 'push.unregister' });
    connection.greet();
    await settled();
    expect(connection.sent).toHaveLength(2);
  });

  it('that is turned off while it is turned on stays off', async () => {
    const { notify, connection, place } = setUp();
    connection.greet();
    notify.turnOn();
    await settled();
    notify.renew();
    notify.turnOff();
    await settled();
    expect(place.subscribed).toBeNull();
    expect(notify.store.get().kind).toBe('off');
  });

  it('is one person’s in a browser: the signing out of another one leaves it alone', async () => {
    const [memory, place] = [new NotifyMemory(storage()), new FakePlace()];
    const ada = setUp(memory, 'ada', place);
    ada.connection.greet();
    ada.notify.turnOn();
    await settled();
    const ben = setUp(memory, 'ben', place);
    ben.connection.greet();
    await ben.notify.forget();
    expect(ben.notify.store.get().kind).toBe('off');
    expect(ben.connection.sent).toEqual([]);
    expect(place.subscribed).toBe('KEY');
  });

  it('is not there where the browser cannot', () => {
    const facts = { permission: 'granted', chosen: true, busy: false, reach: 'always', problem: null } as const;
    expect(notifyState({ ...facts, support: 'install' })).toEqual({ kind: 'unsupported', why: 'install' });
    expect(notifyState({ ...facts, support: 'full', permission: 'default' })).toEqual({ kind: 'off', problem: null });
  });
});

describe('the way to the service worker', () => {
  function worker() {
    const target = new EventTarget() as ServiceWorkerContainer;
    target.startMessages = () => undefined;
    const tell = (data: unknown, ports: MessagePort[] = []) =>
      target.dispatchEvent(Object.assign(new Event('message'), { data, ports }));
    return { target, tell };
  }

  it('keeps what was wished for before home was there', () => {
    const { target, tell } = worker();
    const link = new WorkerLink(target);
    const wish = { kind: 'call', id: 'CA_1', deed: 'look' };
    tell({ kind: 'wish', wish });
    tell({ kind: 'wish', wish: { ...wish, deed: 'explode' } });
    const wishes: unknown[] = [];
    link.attend({ attends: () => true, onWish: (one) => wishes.push(one), onSubscriptionChanged: () => undefined });
    expect(wishes).toEqual([wish]);
  });

  it('answers whether home attends; without it: no', () => {
    const { target, tell } = worker();
    const link = new WorkerLink(target);
    const said: unknown[] = [];
    const port = { postMessage: (value: unknown) => said.push(value) } as unknown as MessagePort;
    tell({ kind: 'who_attends' }, [port]);
    const stop = link.attend({ attends: () => true, onWish: () => undefined, onSubscriptionChanged: () => undefined });
    tell({ kind: 'who_attends' }, [port]);
    stop();
    tell({ kind: 'who_attends' }, [port]);
    expect(said).toEqual([{ attends: false }, { attends: true }, { attends: false }]);
  });
});
