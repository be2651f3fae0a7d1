import { Chats, type Connection, type wire } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { endWords } from '../home/callTrace';
import { ringingCalls, runningCalls } from '../home/drawCalls';
import type { PersonView } from '../home/homeState';
import { PreferenceStore } from '../memory/preferences';
import { CallCenter } from './callCenter';

vi.mock('./lazyRoom', () => ({ lazyRoom: { join: () => new Promise(() => undefined) }, prepareRoom: () => undefined }));
vi.mock('./ringtone', () => ({ Ringtone: class { stop = (): void => undefined; } }));

const person = (id: string): PersonView => ({ id, name: id }) as PersonView;
const party = (user: string, state: wire.Party['state'], device: string | null = null): wire.Party => ({ user, state, device });

/** Ben and Cleo talk; Anna, who looks on, declined. */
const DECLINED: wire.Call = {
  id: 'k1', version: 5, caller: 'ben', media: 'audio', state: 'active', room: 'call-k1', path: 'room', generation: 1, conversation: 'g',
  created_at: 0, ring_until: 45_000, connected_at: 1,
  parties: [party('ben', 'joined', 'b'), party('anna', 'rejected'), party('cleo', 'joined', 'c')],
};
const JOINED: Partial<wire.Call> = {
  version: 6, parties: [party('ben', 'joined', 'b'), party('anna', 'joined', 'laptop'), party('cleo', 'joined', 'c')],
};

let server: FakeServer;
let connection: Connection;
let chats: Chats;
let center: CallCenter;
let ended: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: () => Promise.reject(new DOMException('', 'NotFoundError')) } });
  server = new FakeServer();
  server.on('conversation.list', () => ({
    type: 'conversations',
    conversations: [{ id: 'g', kind: 'group', title: 'Kitchen', head_seq: 0, active_at: 0 } as unknown as wire.Conversation],
  }));
  for (const type of ['call.delivered', 'call.ringing', 'call.hang_up'] as const) server.on(type, () => ({ type: 'done' }));
  server.on('call.join', () => ({ type: 'call', call: { ...DECLINED, ...JOINED } }));
  server.on('call.start', () => ({ type: 'call', call: { ...DECLINED, id: 'k2', caller: 'anna', state: 'ringing' } }));
  connection = await online(server);
  vi.stubGlobal('window', { isSecureContext: true });
  chats = new Chats(connection);
  ended = [];
  center = new CallCenter({
    connection, chats, facts: { maxFileBytes: () => Promise.resolve(null) }, me: 'anna', nameOf: (user) => user, preferences: new PreferenceStore(null),
    report: (error) => { throw error; },
    onEnded: (call) => ended.push(endWords(call.record.get(), 'anna', 'laptop')),
  });
});

afterEach(() => {
  center.end();
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function tell(call: wire.Call): void {
  server.tell({ type: 'call.changed', call });
}

function drawn() {
  return runningCalls({ now: center.now, chats, me: 'anna', person });
}

describe('a call that goes on without this page', () => {
  it('is shown with its group, and those who are in it', async () => {
    const loading = chats.load();
    await settle();
    await loading;
    tell(DECLINED);
    expect(drawn()).toMatchObject([{ id: 'k1', conversation: 'g', title: 'Kitchen', isOnOtherDevice: false }]);
    expect(drawn()[0]?.inside.map(({ id }) => id)).toEqual(['ben', 'cleo']);
  });

  it('is known to a page that is opened later', async () => {
    server.welcome = { ...server.welcome, calls: [DECLINED] };
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drawn().map(({ id }) => id)).toEqual(['k1']);
  });

  it('is shown no more when it is over, when nobody is in it, or while it rings here', () => {
    tell(DECLINED);
    tell({ ...DECLINED, version: 6, parties: [party('ben', 'left'), party('anna', 'rejected')] });
    expect(drawn()).toEqual([]);
    tell({ ...DECLINED, version: 7, parties: [party('ben', 'joined', 'b'), party('anna', 'called')] });
    expect(drawn()).toEqual([]);
    tell({ ...DECLINED, version: 8 });
    expect(drawn()).toHaveLength(1);
    tell({ ...DECLINED, version: 9, state: 'ended' });
    expect(drawn()).toEqual([]);
  });

  it('is joined by whoever calls the same group or the same people, and nobody is rung', async () => {
    tell(DECLINED);
    void center.start(['ben', 'cleo', 'dora'], 'audio', 'g');
    await settle();
    expect(center.store.get().meeting?.session.id).toBe('k1');
    expect(server.received('call.join')).toMatchObject([{ call: 'k1' }]);
    expect(server.received('call.start')).toEqual([]);
    expect(drawn()).toEqual([]);
  });

  it('is left alone by whoever calls somebody else', async () => {
    tell(DECLINED);
    void center.start(['ben'], 'audio', null);
    await settle();
    expect(server.received('call.start')).toHaveLength(1);
    expect(server.received('call.join')).toEqual([]);
  });

  it('is one of a group that nobody called one to', async () => {
    tell({ ...DECLINED, parties: [party('ben', 'joined', 'b'), party('cleo', 'joined', 'c')] });
    expect(drawn()).toMatchObject([{ id: 'k1', isOnOtherDevice: false, leaves: null }]);
    void center.join('k1', 'audio');
    await settle();
    expect(center.store.get().meeting?.session.id).toBe('k1');
  });

  it('is joined by leaving the one that is on, as soon as one may', async () => {
    tell(DECLINED);
    void center.join('k1', 'audio');
    await settle();
    const other: wire.Call = { ...DECLINED, id: 'k9', conversation: 'h' };
    tell(other);
    expect(drawn()).toMatchObject([{ id: 'k9', leaves: 'ben, cleo' }]);
    server.on('call.join', () => ({ type: 'call', call: { ...other, ...JOINED } }));
    void center.join('k9', 'audio');
    await settle();
    expect(center.store.get().meeting?.session.id).toBe('k9');
    expect(server.received('call.hang_up')).toMatchObject([{ call: 'k1' }]);
    expect(ended).toEqual(['You left the call']);
  });

  it('is one that was left, with a way back', async () => {
    tell(DECLINED);
    void center.join('k1', 'audio');
    void center.join('k1', 'audio');
    await settle();
    expect(server.received('call.join')).toHaveLength(1);
    center.store.get().meeting?.leave();
    tell({ ...DECLINED, version: 7, parties: [party('ben', 'joined', 'b'), party('anna', 'left'), party('cleo', 'joined', 'c')] });
    expect(ended).toEqual(['You left the call']);
    expect(center.store.get().meeting).toBeNull();
    expect(drawn()).toHaveLength(1);
  });
});

describe('another call', () => {
  beforeEach(async () => {
    const parties = [party('anna', 'joined', 'laptop'), party('dora', 'called')];
    server.on('call.start', () => ({ type: 'call', call: { ...DECLINED, id: 'k2', caller: 'anna', state: 'ringing', parties } }));
    tell(DECLINED);
    void center.join('k1', 'audio');
    await settle();
    void center.start(['dora'], 'video', null);
  });

  it('is made once its caller says that this one is left for it, which is not come back into', async () => {
    expect(center.now).toMatchObject({ isOtherWanted: true, talksWith: 'ben, cleo' });
    await settle();
    expect(server.received('call.start')).toEqual([]);
    center.answerWanted(true);
    await settle();
    expect(server.received('call.hang_up')).toMatchObject([{ call: 'k1' }]);
    expect(server.received('call.start')).toMatchObject([{ users: ['dora'], media: 'video' }]);
    expect(center.store.get().meeting?.session.id).toBe('k2');
    expect(center.now.isOtherWanted).toBe(false);
  });

  it('is not made by whoever stays, or when this one ends meanwhile', () => {
    center.answerWanted(false);
    expect(center.now.isOtherWanted).toBe(false);
    void center.start(['dora'], 'video', null);
    tell({ ...DECLINED, version: 9, state: 'ended' });
    expect(center.now.isOtherWanted).toBe(false);
    center.answerWanted(true);
    expect(server.received('call.start')).toEqual([]);
  });

  it('is not asked about with people who are in this one', async () => {
    center.answerWanted(false);
    await expect(center.start(['ben'], 'audio', null)).rejects.toThrow('in a call with them already');
    expect(center.now.isOtherWanted).toBe(false);
  });
});

describe('a call that rings', () => {
  const RINGS: wire.Call = { ...DECLINED, id: 'k3', state: 'ringing', parties: [party('ben', 'joined', 'b'), party('anna', 'called')] };

  it('names its group, and whom answering takes one away from', async () => {
    const loading = chats.load();
    await settle();
    await loading;
    tell(DECLINED);
    void center.join('k1', 'audio');
    await settle();
    tell(RINGS);
    const [first] = ringingCalls({ now: center.now, chats, me: 'anna', person });
    expect(first).toMatchObject({ id: 'k3', group: 'Kitchen', leaves: 'Kitchen' });
  });

  it('names neither where there is none', () => {
    tell({ ...RINGS, conversation: null });
    expect(ringingCalls({ now: center.now, chats, me: 'anna', person })[0]).toMatchObject({ group: null, leaves: null });
  });
});

describe('what is said when a call is over here', () => {
  const PAIR: wire.Call = { ...DECLINED, caller: 'anna', parties: [party('anna', 'joined', 'laptop'), party('ben', 'joined', 'b')] };
  const says = (call: Partial<wire.Call>): string => endWords({ ...PAIR, ...call }, 'anna', 'laptop');

  it('tells giving up from not being answered', () => {
    const rings: Partial<wire.Call> = { state: 'ringing', connected_at: null, parties: [party('anna', 'joined', 'laptop'), party('ben', 'ringing')] };
    expect(says(rings)).toBe('Cancelled');
    expect(says({ ...rings, state: 'ended', end: 'cancelled' })).toBe('Cancelled');
    expect(says({ ...rings, state: 'ended', end: 'missed' })).toBe('No answer');
    expect(says({ ...rings, state: 'ended', end: 'rejected' })).toBe('The call was declined');
  });

  it('tells leaving a group from the end of a pair', () => {
    expect(says({})).toBe('The call has ended');
    expect(says({ parties: [...PAIR.parties, party('cleo', 'joined', 'c')] })).toBe('You left the call');
    expect(says({ parties: [party('anna', 'joined', 'laptop'), party('ben', 'left'), party('cleo', 'left')] })).toBe('The call has ended');
    expect(says({ parties: [party('anna', 'joined', 'tablet'), party('ben', 'joined', 'b')] })).toBe('The call goes on at your other device');
  });
});
