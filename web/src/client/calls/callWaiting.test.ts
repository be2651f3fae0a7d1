import { CommandError } from '@tureen/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { CallWaiting } from './callWaiting';

let server: FakeServer;
let waiting: CallWaiting;
let held: boolean;
let reported: unknown[];

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  held = false;
  reported = [];
  server.on('call.waiting', ({ on }) => ({ type: 'waiting', on: (held = on ?? held) }));
  const connection = await online(server);
  waiting = new CallWaiting({ connection, me: 'anna', report: (error) => reported.push(error) });
  server.tell({ type: 'person', person: { id: 'anna', name: 'Anna' } });
  await settle();
});
afterEach(() => vi.useRealTimers());

it('is what the server says, and follows what another device chooses', async () => {
  expect(waiting.store.get()).toBe(false);
  held = true;
  server.tell({ type: 'person', person: { id: 'ben', name: 'Ben' } });
  await settle();
  expect(waiting.store.get()).toBe(false);
  server.tell({ type: 'person', person: { id: 'anna', name: 'Anna' } });
  await settle();
  expect(waiting.store.get()).toBe(true);
});

it('shows a choice at once, and keeps it', async () => {
  waiting.choose(true);
  expect(waiting.store.get()).toBe(true);
  await settle();
  expect([held, waiting.store.get()]).toEqual([true, true]);
});

it('goes back and says why where a choice is refused', async () => {
  server.on('call.waiting', () => ({ type: 'failed', code: 'forbidden', message: 'No.' }));
  waiting.choose(true);
  await settle();
  expect(waiting.store.get()).toBe(false);
  expect(reported).toEqual([expect.any(CommandError)]);
});

it('hears an older answer that comes late no more', async () => {
  server.on('call.waiting', () => null);
  server.tell({ type: 'person', person: { id: 'anna', name: 'Anna' } });
  await settle();
  const [late] = server.received('call.waiting').slice(-1);
  waiting.choose(true);
  server.socket.deliver({ type: 'waiting', id: late?.id ?? '', on: false });
  await settle();
  expect(waiting.store.get()).toBe(true);
});
