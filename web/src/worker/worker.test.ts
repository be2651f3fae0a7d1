import { describe, expect, it } from 'vitest';
import { lookOf, pathOf, wishOf } from '../client/notify/notification';
import type { PushNotice } from '../protocol/pushNotice';
import type { WorkerMessage } from '../protocol/workerMessages';
import { planFor } from './plan';
import { RecentKeys } from './recentKeys';
import { demandsDisplay } from './silentPushes';
import { type AppWindow, askWindows, chooseWindow } from './windows';

const NOW = 1_790_000_000_000;
const CALL: PushNotice = { kind: 'call', title: 'Ben', body: 'Calls you', about: 'CA_1', expires_at: NOW + 45_000 };
const MESSAGE: PushNotice = { kind: 'message', title: 'Ben', body: 'Soup?', about: 'CO_1', expires_at: NOW + 45_000 };
const ALONE = { nowMs: NOW, isSeen: false, isAttended: false };
const SEEN = { ...ALONE, isSeen: true, isAttended: true };

describe('a push', () => {
  it('of a call stays until somebody does something about it', () => {
    const plan = planFor(CALL, ALONE);
    expect(plan).toMatchObject({ kind: 'show', title: 'Ben', look: { tag: 'CA_1', body: 'Calls you', requireInteraction: true } });
  });

  it('of a call can be declined only where a page tells the server', () => {
    const actions = (canDecline: boolean) => lookOf(CALL, canDecline).actions?.map(({ action }) => action);
    expect(actions(false)).toEqual(['answer']);
    expect(actions(true)).toEqual(['answer', 'decline']);
  });

  it('is left to a page that somebody looks at', () => {
    expect(planFor(CALL, SEEN)).toEqual({ kind: 'nothing' });
    expect(planFor(MESSAGE, SEEN)).toEqual({ kind: 'nothing' });
  });

  it('that says the ringing is over takes the notification away', () => {
    expect(planFor({ ...CALL, kind: 'call_over', body: '' }, ALONE)).toEqual({ kind: 'take_away', tag: 'CA_1' });
  });

  it('of a missed call stands in the place of the ringing one, and is silent', () => {
    const missed: PushNotice = { ...CALL, kind: 'call_over', body: 'Missed call' };
    expect(planFor(missed, ALONE)).toMatchObject({ kind: 'show', look: { tag: 'CA_1', silent: true, body: 'Missed call' } });
    expect(planFor(missed, SEEN)).toEqual({ kind: 'take_away', tag: 'CA_1' });
  });

  it('that is long over is not shown, and a clock that is a minute off does no harm', () => {
    expect(planFor(CALL, { ...ALONE, nowMs: NOW + 105_000 }).kind).toBe('show');
    expect(planFor(CALL, { ...ALONE, nowMs: NOW + 200_000 }).kind).toBe('nothing');
  });

  it('of a message without words says what it is, and is heard again', () => {
    expect(lookOf({ ...MESSAGE, body: '' }, false)).toMatchObject({ body: 'Sent a file', renotify: true });
  });
});

describe('a touched notification', () => {
  it('leads to the conversation', () => {
    const wish = wishOf(lookOf(MESSAGE, false).data, '');
    expect(wish).toEqual({ kind: 'conversation', id: 'CO_1' });
    expect(wish && pathOf(wish)).toBe('/c/CO_1');
  });

  it('leads to the call, and says nothing of it in the address', () => {
    const wish = wishOf(lookOf(CALL, true).data, 'answer');
    expect(wish).toEqual({ kind: 'call', id: 'CA_1', deed: 'answer' });
    expect(wish && pathOf(wish)).toBe('/');
    expect(wishOf(lookOf(CALL, true).data, '')).toEqual({ kind: 'call', id: 'CA_1', deed: 'look' });
  });

  it('of a missed call leads to the past calls', () => {
    expect(wishOf(lookOf({ ...CALL, kind: 'call_over' }, false).data, '')).toEqual({ kind: 'past_calls' });
  });

  it('of somebody else leads nowhere', () => {
    expect([null, 'x', {}, { kind: 'wave', about: 'x' }].map((data) => wishOf(data, ''))).toEqual([null, null, null, null]);
  });
});

class FakeWindow implements AppWindow {
  readonly url: string;
  readonly visibilityState = 'visible';
  readonly focused: boolean;
  readonly #answer: unknown;

  constructor(path: string, answer: unknown, focused = false) {
    this.url = `https://example.org${path}`;
    this.#answer = answer;
    this.focused = focused;
  }

  postMessage(_message: WorkerMessage, [port]: Transferable[] = []): void {
    (port as MessagePort).postMessage(this.#answer);
  }

  focus = (): Promise<void> => Promise.resolve();
}

describe('pages', () => {
  it('say whether they attend; nonsense is no yes', async () => {
    const windows = [new FakeWindow('/', { attends: true }), new FakeWindow('/', { attends: 'yes' }), new FakeWindow('/', null)];
    expect((await askWindows(windows)).map(({ attends }) => attends)).toEqual([true, false, false]);
  });

  it('are chosen: one that attends, the one in front before others', () => {
    const [landing, home, front] = [new FakeWindow('/', {}), new FakeWindow('/c/x', {}), new FakeWindow('/c/y', {}, true)];
    const asked = [landing, home, front].map((window) => ({ window, attends: window !== landing }));
    expect(chooseWindow(asked)).toBe(front);
    expect(chooseWindow([{ window: landing, attends: false }])).toBe(landing);
  });

  it('show home with a conversation or a thread in their address too', () => {
    for (const path of ['/', '/index.html', '/c/x', '/c/x/y']) {
      const window = new FakeWindow(path, {});
      expect(chooseWindow([{ window, attends: false }])).toBe(window);
    }
  });

  it('in a meeting are left alone', () => {
    expect(chooseWindow([{ window: new FakeWindow('/r/soup', {}), attends: false }])).toBeNull();
    expect(chooseWindow([])).toBeNull();
  });
});

it('the same thing is shown once, whichever page says it', () => {
  const keys = new RecentKeys();
  expect([keys.isNew('a'), keys.isNew('a'), keys.isNew('b')]).toEqual([true, false, true]);
  for (let at = 0; at < 64; at += 1) keys.isNew(`more ${at}`);
  expect(keys.isNew('a')).toBe(true);
});

it('browsers of Apple demand that each push shows something', () => {
  const apple = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
  const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
  const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  expect([apple, chrome, firefox].map(demandsDisplay)).toEqual([true, false, false]);
});
