import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeNetwork, fakeTrack, stubMedia } from '../../test/fakePeer';
import { FakeServer, online, settle } from '../../test/fakeServer';
import type { Connection } from '../connection/connection';
import type { Call, CallSignal, Party } from '../protocol';
import { Calls } from './calls';
import type { CallSession } from './callSession';
import type { MediaSource, RemoteTrack } from './mediaPath';
import type { RoomEntry, RoomMedia } from './room/roomMedia';

const BASE: Call = {
  id: 'k1', version: 1, caller: 'anna', media: 'audio', state: 'ringing', room: 'call-k1', path: 'direct', generation: 0,
  created_at: 0, ring_until: 45_000,
  parties: [{ user: 'anna', state: 'joined', device: 'laptop' }, { user: 'ben', state: 'called' }],
};

/** Rooms of the test's making: who joined with what, and what is heard of the others. */
class FakeRooms implements RoomMedia {
  readonly entries: RoomEntry[] = [];
  readonly sent = new Map<MediaSource, MediaStreamTrack>();
  inside = 0;
  failures = 0;

  join(entry: RoomEntry) {
    if (this.failures > 0) {
      this.failures -= 1;
      return Promise.reject(new Error('No way in.'));
    }
    this.entries.push(entry);
    this.inside += 1;
    for (const [source, track] of entry.local) this.sent.set(source, track);
    return Promise.resolve({
      setTrack: (source: MediaSource, track: MediaStreamTrack | null) => {
        if (track === null) this.sent.delete(source);
        else this.sent.set(source, track);
        return Promise.resolve();
      },
      leave: () => Promise.resolve(void (this.inside -= 1)),
    });
  }

  hear(...tracks: RemoteTrack[]): void {
    this.entries.at(-1)?.listener.onRemote(tracks);
  }
}

let server: FakeServer;
let connection: Connection;
let rooms: FakeRooms;
let network: FakeNetwork;
let calls: Calls;

beforeEach(async () => {
  vi.useFakeTimers();
  stubMedia();
  server = new FakeServer();
  rooms = new FakeRooms();
  network = new FakeNetwork();
  for (const type of ['call.delivered', 'call.ringing', 'call.connected', 'call.failed', 'call.signal', 'call.reject', 'call.hang_up'] as const) {
    server.on(type, () => ({ type: 'done' }));
  }
  server.on('call.ticket', () => ({ type: 'ticket', ice_servers: [], room: { room: 'call-k1', token: 't' } }));
  server.on('call.start', () => ({ type: 'call', call: BASE }));
  connection = await online(server, { url: 'wss://example.org/native' });
  calls = new Calls(connection, { room: rooms, createPeer: network.create });
});

afterEach(() => {
  calls.end();
  connection.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function tell(change: Partial<Call>, leg?: string): void {
  server.tell({ type: 'call.changed', call: { ...BASE, ...change }, ...(leg !== undefined && { leg }) });
}

const INSIDE: Party[] = [
  { user: 'anna', state: 'joined', device: 'laptop' },
  { user: 'ben', state: 'joined', device: 'phone' },
];
const TALKING: Partial<Call> = { version: 5, state: 'connecting', offerer: 'laptop', parties: INSIDE };

async function start(): Promise<CallSession> {
  const starting = calls.start(['ben']);
  await settle();
  return starting;
}

/** A call whose media flows directly: the other end is a second client of the same network. */
async function talk(): Promise<{ session: CallSession; other: Calls; microphone: MediaStreamTrack }> {
  const theirServer = new FakeServer();
  theirServer.welcome = { ...theirServer.welcome, me: { id: 'ben' } };
  for (const [type, handler] of server.handlers) if (type !== 'hello') theirServer.handlers.set(type, handler);
  const theirs = await online(theirServer, { device: 'phone' });
  const other = new Calls(theirs, { createPeer: network.create });
  const pass = (to: FakeServer, device: string) => ({ call, generation, ...signal }: CallSignal) => {
    const { description, description_type, candidates } = signal;
    queueMicrotask(() => to.tell({
      type: 'call.signal', call, generation, device,
      ...(description !== undefined && { description, description_type: description_type ?? null }),
      ...(candidates !== undefined && { candidates }),
    }));
    return { type: 'done' } as const;
  };
  server.on('call.signal', pass(theirServer, 'laptop'));
  theirServer.on('call.signal', pass(server, 'phone'));
  theirServer.on('call.accept', () => ({ type: 'call', call: { ...BASE, ...TALKING } }));
  theirServer.tell({ type: 'call.changed', call: BASE, leg: 'pending' });
  const session = await start();
  const microphone = fakeTrack('audio');
  session.media.setTrack('microphone', microphone);
  const [their] = other.open.get();
  their?.media.setTrack('microphone', fakeTrack('audio'));
  void their?.accept();
  await settle();
  tell(TALKING);
  await vi.advanceTimersByTimeAsync(300);
  return { session, other, microphone };
}

describe('ringing', () => {
  const RINGS: Partial<Call> = {
    caller: 'ben',
    parties: [{ user: 'ben', state: 'joined', device: 'phone' }, { user: 'anna', state: 'called' }],
  };

  it('confirms a call that comes in, and rings if somebody listens', async () => {
    const heard: CallSession[] = [];
    tell(RINGS, 'pending');
    expect(server.received('call.delivered')).toMatchObject([{ call: 'k1' }]);
    expect(server.received('call.ringing')).toHaveLength(0);
    calls.onIncoming((call) => heard.push(call));
    expect(heard.map((call) => call.phase.get())).toEqual(['incoming']);
    expect(server.received('call.ringing')).toHaveLength(1);
    tell({ ...RINGS, version: 2 }, 'ringing');
    expect(heard).toHaveLength(1);
    await settle();
  });

  it('stops where another device answers, and can be joined from here', () => {
    tell(RINGS, 'pending');
    const [session] = calls.open.get();
    const parties: Party[] = [{ user: 'ben', state: 'joined', device: 'phone' }, { user: 'anna', state: 'joined', device: 'tablet' }];
    tell({ version: 4, state: 'active', parties }, 'answered_elsewhere');
    expect(session?.phase.get()).toBe('elsewhere');
    expect(network.peers).toHaveLength(0);
  });

  it('rings again where somebody who left is called again', async () => {
    const heard: string[] = [];
    calls.onIncoming(({ id }) => heard.push(id));
    tell({ ...RINGS, version: 2 }, 'pending');
    const parties = (state: Party['state']): Party[] => [...INSIDE.slice(1), { user: 'anna', state }];
    tell({ version: 3, state: 'active', parties: parties('left') }, 'cancelled');
    tell({ version: 4, state: 'active', parties: parties('called') }, 'pending');
    expect(heard).toEqual(['k1', 'k1']);
    expect(server.received('call.ringing')).toHaveLength(2);
    await settle();
  });

  describe('both call each other at once', () => {
    const parties: Party[] = [{ user: 'ben', state: 'joined', device: 'phone' }, { user: 'anna', state: 'joined', device: 'laptop' }];
    const MERGED: Call = { ...BASE, version: 3, caller: 'ben', state: 'connecting', offerer: 'phone', parties };

    /** Each phase that anybody saw of the one call that is left. */
    function watch(session: CallSession | undefined): string[] {
      const seen: string[] = [];
      session?.phase.subscribe(() => seen.push(session.phase.get()));
      return seen;
    }

    it('is in the call that rang here before, which the server takes for answered', async () => {
      server.on('call.start', () => ({ type: 'call', call: MERGED }));
      tell(RINGS, 'pending');
      const seen = watch(calls.open.get()[0]);
      const session = await start();
      expect(calls.open.get()).toEqual([session]);
      expect(seen).toEqual(['inside']);
      expect(network.peers).toHaveLength(1);
    });

    it('is in it if its invitation comes while the start is on its way', async () => {
      server.on('call.start', () => {
        tell(RINGS, 'pending');
        return { type: 'call', call: MERGED };
      });
      const session = await start();
      expect(calls.open.get()).toEqual([session]);
      expect(session.phase.get()).toBe('inside');
    });

    it('is in it if the record comes before the answer, and is never elsewhere', async () => {
      tell(RINGS, 'pending');
      const seen = watch(calls.open.get()[0]);
      server.on('call.start', () => {
        tell(MERGED, 'accepted');
        return { type: 'call', call: MERGED };
      });
      const session = await start();
      expect(seen).toEqual(['inside']);
      expect(session.phase.get()).toBe('inside');
    });

    it('is in it if the invitation comes after the answer', async () => {
      server.on('call.start', () => ({ type: 'call', call: MERGED }));
      const session = await start();
      tell(RINGS, 'pending');
      expect(calls.open.get()).toEqual([session]);
      expect(session.phase.get()).toBe('inside');
    });
  });

  it('opens no media before this device was chosen', async () => {
    server.on('call.accept', () => ({ type: 'failed', code: 'conflict', message: 'Another device.' }));
    tell(RINGS, 'pending');
    const [session] = calls.open.get();
    const accepting = expect(session?.accept()).rejects.toMatchObject({ code: 'conflict' });
    await settle();
    await accepting;
    expect(network.peers).toHaveLength(0);
    expect(session?.phase.get()).toBe('incoming');
  });

  it('holds to the newest record, and forgets a call that ended', async () => {
    const session = await start();
    expect(session.phase.get()).toBe('calling');
    tell({ version: 7, state: 'ended', end: 'rejected' });
    tell({ version: 6, state: 'ringing' });
    expect(session.phase.get()).toBe('ended');
    expect(session.record.get().end).toBe('rejected');
    expect(calls.open.get()).toEqual([]);
  });

  it('does not bring a call back by an answer that comes after its end', async () => {
    server.on('call.start', () => {
      tell({ version: 3, state: 'ended', end: 'busy' });
      return { type: 'call', call: BASE };
    });
    const session = await start();
    expect(session.phase.get()).toBe('ended');
    expect(calls.open.get()).toEqual([]);
  });

  describe('a call of a group that nobody called this person to', () => {
    const GROUP: Partial<Call> = { version: 4, state: 'active', conversation: 'g', path: 'room', parties: [
      { user: 'ben', state: 'joined', device: 'phone' }, { user: 'cleo', state: 'joined', device: 'c' },
    ] };
    const CAME: Partial<Call> = { ...GROUP, version: 5, parties: [...(GROUP.parties ?? []), { user: 'anna', state: 'joined', device: 'laptop' }] };

    it('is there to be joined, and rings not', async () => {
      const heard: CallSession[] = [];
      calls.onIncoming((call) => heard.push(call));
      server.on('call.join', () => ({ type: 'call', call: { ...BASE, ...CAME } }));
      tell(GROUP);
      const [session] = calls.open.get();
      expect(session?.phase.get()).toBe('elsewhere');
      await session?.join();
      expect(session?.phase.get()).toBe('inside');
      expect(heard).toEqual([]);
    });

    it('goes with the membership, and comes back with it', () => {
      tell(GROUP);
      server.tell({ type: 'conversation.gone', conversation: 'g' });
      expect(calls.open.get()).toEqual([]);
      tell(GROUP);
      expect(calls.open.get()).toEqual([]);
      server.tell({ type: 'conversation.changed', conversation: { id: 'g', kind: 'group', head_seq: 0, created_at: 0, active_at: 0, epoch: 'e' } });
      tell(GROUP);
      expect(calls.open.get()).toHaveLength(1);
    });

    it('stays while one is in it', async () => {
      server.on('call.join', () => ({ type: 'call', call: { ...BASE, ...CAME } }));
      tell(GROUP);
      await calls.open.get()[0]?.join();
      server.tell({ type: 'conversation.gone', conversation: 'g' });
      expect(calls.open.get()).toHaveLength(1);
      tell({ ...GROUP, version: 6, parties: [...(GROUP.parties ?? []), { user: 'anna', state: 'left' }] });
      expect(calls.open.get()).toEqual([]);
    });

    it('is shown again to whoever missed that they came back', async () => {
      tell(GROUP);
      server.socket.drop();
      await vi.advanceTimersByTimeAsync(1_000);
      expect(calls.open.get()).toEqual([]);
      tell(GROUP);
      expect(calls.open.get()).toHaveLength(1);
    });
  });

  it('knows after a drop which calls are over, and which ring', async () => {
    const session = await start();
    server.welcome = { ...server.welcome, calls: [{ ...BASE, ...RINGS, id: 'k2' }] };
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.record.get()).toMatchObject({ state: 'ended', end: 'lost' });
    expect(calls.open.get().map(({ id }) => id)).toEqual(['k2']);
    expect(server.received('call.delivered')).toMatchObject([{ call: 'k2' }]);
  });
});

describe('media', () => {
  it('flows directly between two, and the server hears of it', async () => {
    const { session, other } = await talk();
    expect(session.media.state.get()).toEqual({ kind: 'flowing', path: 'direct', generation: 0 });
    expect(session.media.remote.get()).toMatchObject([{ user: 'ben', source: 'microphone' }]);
    expect(other.open.get()[0]?.media.remote.get()).toMatchObject([{ user: 'anna', source: 'microphone' }]);
    expect(server.received('call.connected')).toMatchObject([{ call: 'k1', generation: 0 }]);
    expect(rooms.entries).toHaveLength(0);
  });

  it('says that the direct path does not open, and goes through the room', async () => {
    network.isOpen = false;
    const { session } = await talk();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(server.received('call.failed')).toMatchObject([{ generation: 0 }]);
    tell({ ...TALKING, version: 6, path: 'room', generation: 1 });
    await settle();
    expect(rooms.entries[0]?.server).toBe('wss://example.org');
    const track = fakeTrack('audio');
    rooms.hear({ user: 'ben', source: 'microphone', track });
    expect(session.media.remote.get()).toEqual([{ user: 'ben', source: 'microphone', track }]);
    expect(server.received('call.connected')).toMatchObject([{ generation: 1 }]);
  });

  it('moves to the room without a gap: the direct path goes on until media came through the room, and a while longer', async () => {
    const { session, microphone } = await talk();
    const [direct] = session.media.remote.get();
    const seen: number[] = [];
    session.media.remote.subscribe(() => seen.push(session.media.remote.get().length));
    tell({ ...TALKING, version: 6, path: 'room', generation: 1 });
    await settle();
    expect(rooms.sent.get('microphone')).toBe(microphone);
    expect(session.media.remote.get()).toEqual([direct]);
    expect(session.media.state.get().kind).toBe('opening');
    const track = fakeTrack('audio');
    rooms.hear({ user: 'ben', source: 'microphone', track });
    expect(session.media.remote.get().map((one) => one.track)).toEqual([track]);
    expect(network.peers[0]?.isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(4_100);
    expect(network.peers.some(({ isClosed }) => isClosed)).toBe(true);
    expect(Math.min(...seen)).toBe(1);
  });

  it('moves back to direct, and the room again if that fails, without joining anew', async () => {
    const { session } = await talk();
    tell({ ...TALKING, version: 6, path: 'room', generation: 1 });
    await settle();
    rooms.hear({ user: 'ben', source: 'microphone', track: fakeTrack('audio') });
    await vi.advanceTimersByTimeAsync(5_000);
    network.isOpen = false;
    tell({ ...TALKING, version: 7, path: 'direct', generation: 2 });
    await vi.advanceTimersByTimeAsync(3_100);
    expect(server.received('call.failed')).toMatchObject([{ generation: 2 }]);
    expect(session.media.remote.get()).toHaveLength(1);
    tell({ ...TALKING, version: 8, path: 'room', generation: 3 });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(rooms.entries).toHaveLength(1);
    expect(rooms.inside).toBe(1);
    expect(session.media.remote.get()).toHaveLength(1);
    expect(server.received('call.connected').map(({ generation }) => generation)).toEqual([0, 1, 3]);
  });

  it('meets in the room while the direct path is broken, and leaves it when that holds again', async () => {
    const { session } = await talk();
    await vi.advanceTimersByTimeAsync(2_000);
    const direct = session.media.remote.get();
    network.isSilent = true;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(rooms.inside).toBe(1);
    expect(session.media.remote.get()).toEqual(direct);
    const track = fakeTrack('audio');
    rooms.hear({ user: 'ben', source: 'microphone', track });
    expect(session.media.remote.get().map((one) => one.track)).toEqual([track]);
    expect(session.media.state.get()).toEqual({ kind: 'flowing', path: 'direct', generation: 0 });
    network.isSilent = false;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.media.remote.get()).toEqual(direct);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(rooms.inside).toBe(0);
    expect(server.received('call.failed')).toHaveLength(0);
  });

  it('goes on in the room where it met when the direct path does not come back', async () => {
    const { session } = await talk();
    await vi.advanceTimersByTimeAsync(2_000);
    network.isSilent = true;
    await vi.advanceTimersByTimeAsync(1_500);
    rooms.hear({ user: 'ben', source: 'microphone', track: fakeTrack('audio') });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(server.received('call.failed')).toMatchObject([{ generation: 0 }]);
    tell({ ...TALKING, version: 6, path: 'room', generation: 1 });
    expect(session.media.state.get()).toEqual({ kind: 'flowing', path: 'room', generation: 1 });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rooms.entries).toHaveLength(1);
    expect(rooms.inside).toBe(1);
    expect(session.media.remote.get()).toHaveLength(1);
  });

  it('leaves the room where it met when the call is over', async () => {
    const { session } = await talk();
    await vi.advanceTimersByTimeAsync(2_000);
    network.isSilent = true;
    await vi.advanceTimersByTimeAsync(1_500);
    void session.hangUp();
    await settle();
    expect(rooms.inside).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(rooms.entries).toHaveLength(1);
  });

  it('leaves the room after it moved back to direct', async () => {
    const { session, other } = await talk();
    tell({ ...TALKING, version: 6, path: 'room', generation: 1 });
    await settle();
    rooms.hear({ user: 'ben', source: 'microphone', track: fakeTrack('audio') });
    await vi.advanceTimersByTimeAsync(5_000);
    const back = { ...BASE, ...TALKING, version: 7, path: 'direct', generation: 2 } as const;
    other.open.get()[0]?.handleRecord(back);
    tell(back);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(session.media.state.get()).toMatchObject({ kind: 'flowing', generation: 2 });
    expect(rooms.inside).toBe(1);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(rooms.inside).toBe(0);
    expect(session.media.remote.get()).toHaveLength(1);
  });

  it('takes signals that come before the record that they belong to, and none of an older path', async () => {
    const session = await start();
    const offer = JSON.stringify({ id: 'x', ice: 0, sections: [] });
    const signal = { type: 'call.signal', call: 'k1', device: 'phone', description: offer, description_type: 'offer' } as const;
    server.tell({ ...signal, generation: 1 });
    tell({ ...TALKING, generation: 1, offerer: 'phone' });
    server.tell({ ...signal, generation: 0, description: 'old' });
    await settle();
    expect(network.peers[0]?.remoteDescription?.sdp).toBe(offer);
    expect(session.media.state.get()).toMatchObject({ kind: 'opening', generation: 1 });
  });

  it('keeps trying to get into the room, with what is sent by then', async () => {
    rooms.failures = 4;
    const session = await start();
    tell({ ...TALKING, path: 'room' });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(server.received('call.failed')).toMatchObject([{ generation: 0 }]);
    const camera = fakeTrack('video');
    session.media.setTrack('camera', camera);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(rooms.sent.get('camera')).toBe(camera);
    expect(session.media.state.get().kind).toBe('flowing');
    rooms.entries[0]?.listener.onLost();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(rooms.entries).toHaveLength(2);
  });

  it('ends at once when one hangs up, and stops nobody else\'s tracks', async () => {
    const { session, microphone } = await talk();
    void session.hangUp();
    expect(network.peers.some(({ isClosed }) => isClosed)).toBe(true);
    expect(session.media.remote.get()).toEqual([]);
    expect(microphone.readyState).toBe('live');
    expect(server.received('call.hang_up')).toHaveLength(1);
    await settle();
  });

  it('comes back in after a reload over the path that the server begins anew', async () => {
    server.welcome = { ...server.welcome, calls: [{ ...BASE, ...TALKING, state: 'active' }] };
    server.on('call.join', () => ({ type: 'call', call: { ...BASE, ...TALKING, state: 'active', version: 6, generation: 1 } }));
    const page = await online(server);
    const reloaded = new Calls(page, { room: rooms, createPeer: network.create });
    const [session] = reloaded.open.get();
    expect(session?.phase.get()).toBe('elsewhere');
    void session?.join();
    await settle();
    expect(session?.media.state.get()).toMatchObject({ kind: 'opening', path: 'direct', generation: 1 });
    expect(server.received('call.failed')).toHaveLength(0);
    reloaded.end();
    page.close();
  });
});
