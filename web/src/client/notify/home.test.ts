import type { ConnectionState } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PushNotice } from '../../protocol/pushNotice';
import { endingOf } from '../home/ending';
import type { RingingCall } from '../home/callViews';
import type { HomeState } from '../home/homeState';
import { Store } from '../store';
import { AwayNotices, type Page } from './awayNotices';
import type { NotifyState } from './notifyState';
import { Wishes } from './wishes';

const CALL = { id: 'CA_1', caller: { id: 'ben', name: 'Ben' }, others: [], media: 'video' } as unknown as RingingCall;
const ONLINE: ConnectionState = { kind: 'online', session: 's', resumed: false };

function homeStore(): Store<HomeState> {
  return new Store({ ringing: [], open: null, conversations: [{ id: 'RO_1', kind: 'room' }] } as unknown as HomeState);
}

function ring(store: Store<HomeState>, ...ringing: RingingCall[]): void {
  store.update((state) => ({ ...state, ringing }));
}

class FakeConnection {
  readonly state = new Store<ConnectionState>(ONLINE);
  readonly #listeners = new Map<string, (event: never) => void>();
  #welcomed: () => void = () => undefined;

  wake = (): void => undefined;

  on = ((type: string, listener: (event: never) => void) => {
    this.#listeners.set(type, listener);
    return () => this.#listeners.delete(type);
  }) as never;

  onWelcome = ((listener: () => void) => {
    this.#welcomed = listener;
    return () => undefined;
  }) as never;

  tell(type: string, event: unknown = {}): void {
    this.#listeners.get(type)?.(event as never);
  }

  greet(): void {
    this.state.set(ONLINE);
    this.#welcomed();
  }
}

describe('a wish from a notification', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function setUp() {
    const [store, connection, log] = [homeStore(), new FakeConnection(), [] as string[]];
    const home = {
      store,
      accept: (id: string, media: string) => void log.push(`accept ${id} ${media}`),
      reject: (id: string) => void log.push(`reject ${id}`),
      openConversation: (id: string) => void log.push(`open ${id}`),
    };
    const wishes = new Wishes({ home, connection, onPastCalls: () => void log.push('past'), say: (text) => void log.push(text) });
    return { store, connection, log, wishes };
  }

  it('answers, or declines, a call that rings', () => {
    const { store, log, wishes } = setUp();
    ring(store, CALL);
    wishes.handle({ kind: 'call', id: 'CA_1', deed: 'answer' });
    wishes.handle({ kind: 'call', id: 'CA_1', deed: 'decline' });
    vi.runAllTimers();
    expect(log).toEqual(['accept CA_1 video', 'reject CA_1']);
  });

  it('waits for the server in a page that was opened for it', () => {
    const { store, connection, log, wishes } = setUp();
    connection.state.set({ kind: 'connecting', attempt: 1 });
    wishes.handle({ kind: 'call', id: 'CA_1', deed: 'answer' });
    vi.runAllTimers();
    expect(log).toEqual([]);
    connection.greet();
    ring(store, CALL);
    vi.runAllTimers();
    expect(log).toEqual(['accept CA_1 video']);
  });

  it('says that a call is over, and answers no other one', () => {
    const { store, log, wishes } = setUp();
    ring(store, { ...CALL, id: 'CA_2' });
    wishes.handle({ kind: 'call', id: 'CA_1', deed: 'answer' });
    vi.runAllTimers();
    ring(store, CALL);
    expect(log).toEqual(['This call does not ring any more.']);
  });

  it('leads to conversations and to past calls', () => {
    const { log, wishes } = setUp();
    wishes.handle({ kind: 'conversation', id: 'CO_1' });
    wishes.handle({ kind: 'past_calls' });
    expect(log).toEqual(['open CO_1', 'past']);
  });
});

describe('home behind other windows', () => {
  function setUp(notify: NotifyState = { kind: 'on', reach: 'always' }) {
    const [store, connection] = [homeStore(), new FakeConnection()];
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    const shown = new Map<string, PushNotice>();
    const notices = {
      tell: (notice: PushNotice) => Promise.resolve(void shown.set(notice.about, notice)),
      takeAway: (tag: string) => Promise.resolve(void shown.delete(tag)),
    };
    const away = new AwayNotices({
      home: { store }, connection, notify: { store: new Store(notify) }, notices, me: 'ada', nameOf: () => 'Ben', page: page as Page,
    });
    const look = (state: DocumentVisibilityState): void => {
      page.visibilityState = state;
      page.dispatchEvent(new Event('visibilitychange'));
    };
    const post = (sender = 'ben', conversation = 'CO_1'): void =>
      connection.tell('conversation.event', { conversation, sender, event: { kind: 'posted', message: { id: 'ME_1', text: 'Soup?' } } });
    return { store, connection, shown, look, post, away };
  }

  it('notifies of a call while it rings and nobody looks', () => {
    const { store, shown, look } = setUp();
    ring(store, CALL);
    expect(shown.get('CA_1')).toMatchObject({ kind: 'call', title: 'Ben', body: 'Calls you by video' });
    look('visible');
    expect(shown.size).toBe(0);
    look('hidden');
    expect(shown.size).toBe(1);
    ring(store);
    expect(shown.size).toBe(0);
  });

  it('notifies of new messages of others, not of rooms, and not of what was missed meanwhile', () => {
    const { connection, shown, post } = setUp();
    post();
    expect(shown.size).toBe(0);
    connection.tell('synced');
    post('ada');
    post('ben', 'RO_1');
    expect(shown.size).toBe(0);
    post();
    expect(shown.get('CO_1')).toMatchObject({ kind: 'message', title: 'Ben', body: 'Soup?' });
    connection.state.set({ kind: 'waiting', attempt: 1, retryAtMs: 0 });
    shown.clear();
    post();
    expect(shown.size).toBe(0);
  });

  it('takes a notification away when its conversation is opened', () => {
    const { store, connection, shown, post } = setUp();
    connection.tell('synced');
    post();
    store.update((state) => ({ ...state, open: { row: { id: 'CO_1' } } as unknown as HomeState['open'] }));
    expect(shown.size).toBe(0);
  });

  it('is silent where the person does not want it', () => {
    const { store, connection, shown, post } = setUp({ kind: 'off', problem: null });
    connection.tell('synced');
    post();
    ring(store, CALL);
    expect(shown.size).toBe(0);
  });
});

describe('the end of a connection', () => {
  const ended = (reason: string, canRenew = true) =>
    endingOf({ kind: 'closed', reason: reason as never, message: 'Because.' }, canRenew);

  it('is none while it may come back, or was wanted', () => {
    expect(endingOf({ kind: 'waiting', attempt: 3, retryAtMs: 0 }, true)).toBeNull();
    expect(ended('left')).toBeNull();
  });

  it.each([
    ['replaced', true, 'return', 'Use here'],
    ['revoked', true, 'return', 'Sign in again'],
    ['revoked', false, 'leave', 'To the start page'],
    ['token_expired', false, 'leave', 'To the start page'],
    ['forbidden', false, 'leave', 'To the start page'],
    ['unsupported_version', false, 'reload', 'Reload'],
    ['internal', true, 'return', 'Connect again'],
  ])('by %s (new tokens: %s) offers one way on', (reason, canRenew, way, button) => {
    expect(ended(reason, canRenew)).toMatchObject({ way, button });
  });

  it('sends whoever came by a personal link back to where it came from', () => {
    expect(ended('token_expired', false)?.hint).toContain('personal link');
    expect(ended('token_expired', true)?.hint).not.toContain('personal link');
  });
});
