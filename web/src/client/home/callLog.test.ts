import type { Connection, wire } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, connectionTo, settle } from '../../../sdk/test/fakeServer';
import { SeenCalls } from '../memory/seenCalls';
import { CallLog } from './callLog';

const PAGE = 50;

let server: FakeServer;
let calls: wire.Call[];
let stored: Map<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  calls = [];
  stored = new Map();
  server.on('call.history', ({ before, limit = PAGE }) => {
    const earlier = calls.filter(({ created_at }) => created_at < (before ?? Infinity));
    return { type: 'calls', calls: earlier.sort((one, other) => other.created_at - one.created_at).slice(0, limit) };
  });
});
afterEach(() => vi.useRealTimers());

function call(at: number, part: Partial<wire.Call> = {}): wire.Call {
  const made: wire.Call = {
    id: `CA_${at}`, version: 3, caller: 'ben', media: 'audio', state: 'ended', end: 'cancelled', room: 'r', created_at: at, ring_until: at,
    ended_at: at, parties: [{ user: 'ben', state: 'left' }, { user: 'anna', state: 'missed' }], ...part,
  };
  calls.push(made);
  return made;
}

async function opened(): Promise<[CallLog, Connection]> {
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
  };
  const connection = connectionTo(server);
  const log = new CallLog(connection, 'anna', new SeenCalls(storage, 'anna'));
  connection.connect();
  await settle();
  return [log, connection];
}

function times(log: CallLog): readonly number[] {
  return log.store.get().calls.map(({ created_at }) => created_at);
}

describe('the calls of the past', () => {
  it('come from the server, page by page', async () => {
    for (let at = 1; at <= 70; at += 1) call(at);
    const [log] = await opened();
    expect(times(log)).toHaveLength(PAGE);
    expect(log.store.get()).toMatchObject({ loaded: true, hasMore: true });
    void log.loadMore();
    void log.loadMore();
    await settle();
    expect(times(log)).toHaveLength(70);
    expect(log.store.get().hasMore).toBe(false);
    expect(server.received('call.history')).toHaveLength(2);
  });

  it('count as missed until somebody looks, over reloads too', async () => {
    call(1);
    call(2, { parties: [{ user: 'ben', state: 'left' }, { user: 'anna', state: 'rejected' }] });
    call(3, { caller: 'anna' });
    call(4, { connected_at: 5, parties: [{ user: 'ben', state: 'left' }, { user: 'anna', state: 'left' }] });
    const [log] = await opened();
    expect(log.store.get().missed).toBe(1);
    server.tell({ type: 'call.changed', call: call(6) });
    expect([log.store.get().missed, times(log)[0]]).toEqual([2, 6]);
    log.see();
    expect(log.store.get().missed).toBe(0);
    log.end();
    call(7);
    const [later] = await opened();
    expect(later.store.get().missed).toBe(1);
  });

  it('leave out those to which nobody called this person', async () => {
    const [log] = await opened();
    const others: wire.Party[] = [{ user: 'ben', state: 'left' }, { user: 'cleo', state: 'missed' }];
    server.tell({ type: 'call.changed', call: { ...call(1), parties: others } });
    expect(log.store.get()).toMatchObject({ calls: [], missed: 0 });
  });

  it('include what ended during a drop, and no call that goes on', async () => {
    const [log] = await opened();
    server.socket.drop();
    call(1);
    await vi.advanceTimersByTimeAsync(1_000);
    server.tell({ type: 'call.changed', call: { ...call(2), state: 'ringing' } });
    expect(times(log)).toEqual([1]);
  });
});
