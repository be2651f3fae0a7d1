import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeNetwork, type FakePeer, fakeTrack, stubMedia } from '../../../test/fakePeer';
import type { CallSignalled } from '../../protocol';
import type { MediaSource } from '../mediaPath';
import { DirectPath, type DirectPathOptions, type Signal } from './directPath';

/** Two ends of a direct path, and the way between them that the server would be. */
class Pair {
  readonly network = new FakeNetwork();
  readonly events: string[] = [];
  readonly sent: { readonly from: 'anna' | 'ben'; readonly signal: Signal }[] = [];
  isOnline = true;
  /** How long the next signal is on its way. */
  delayMs = 5;
  readonly anna: DirectPath;
  readonly ben: DirectPath;
  #ways: Record<string, Promise<void>> = { anna: Promise.resolve(), ben: Promise.resolve() };

  constructor(options: Partial<DirectPathOptions> = {}) {
    this.anna = this.#path('anna', 'ben', true, options);
    this.ben = this.#path('ben', 'anna', false, options);
  }

  get peers(): readonly [FakePeer, FakePeer] {
    const [first, second] = this.network.peers;
    if (first === undefined || second === undefined) throw new Error('The peers are not there yet.');
    return [first, second];
  }

  /** What one of them told. */
  news(who: 'anna' | 'ben'): readonly string[] {
    return this.events.filter((event) => event.startsWith(who)).map((event) => event.slice(who.length + 1));
  }

  sources(path: DirectPath): readonly MediaSource[] {
    return path.remote.get().map(({ source }) => source);
  }

  #path(me: 'anna' | 'ben', user: string, isOfferer: boolean, options: Partial<DirectPathOptions>): DirectPath {
    return new DirectPath({
      user,
      isOfferer,
      local: new Map([['microphone', fakeTrack('audio')]]),
      iceServers: () => Promise.resolve([]),
      createPeer: this.network.create,
      sendSignal: (signal) => this.#carry(me, signal),
      canSignal: () => this.isOnline,
      listener: {
        onFlowing: () => this.events.push(`${me} flows`),
        onFailed: (reason) => this.events.push(`${me} failed: ${reason}`),
        onBroken: (isBroken) => this.events.push(`${me} ${isBroken ? 'breaks' : 'is mended'}`),
      },
      ...options,
    });
  }

  /** In order, with a delay. */
  #carry(from: 'anna' | 'ben', signal: Signal): void {
    this.sent.push({ from, signal });
    if (!this.isOnline) return;
    const { delayMs } = this;
    const event: CallSignalled = { type: 'call.signal', call: 'k', generation: 0, device: from, ...signal };
    this.#ways[from] = (this.#ways[from] ?? Promise.resolve()).then(async () => {
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      void (from === 'anna' ? this.ben : this.anna).handleSignal(event);
    });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  stubMedia();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a direct path', () => {
  it('opens by one offer and one answer, and tells when media flows', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    expect([...pair.events].sort()).toEqual(['anna flows', 'ben flows']);
    expect(pair.sources(pair.anna)).toEqual(['microphone']);
    expect(pair.ben.remote.get()[0]?.user).toBe('anna');
    const types = pair.sent.filter(({ signal }) => signal.description !== undefined);
    expect(types.map(({ from, signal }) => `${from} ${signal.description_type ?? ''}`)).toEqual(['anna offer', 'ben answer']);
  });

  it('sends candidates in batches, the end of them too', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    const batches = pair.sent.filter(({ signal }) => signal.candidates !== undefined);
    expect(batches.map(({ from, signal }) => `${from} ${signal.candidates?.length ?? 0}`)).toEqual(['anna 2', 'ben 2']);
    expect(pair.peers[1].candidates).toEqual([{ candidate: 'candidate:0' }, null]);
  });

  it('sends what comes later, and takes it away again', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    pair.ben.setTrack('screen_share', fakeTrack('video'));
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.anna)).toEqual(['microphone', 'screen_share']);
    pair.ben.setTrack('screen_share', null);
    pair.ben.setTrack('microphone', null);
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.anna)).toEqual([]);
    expect(pair.sources(pair.ben)).toEqual(['microphone']);
  });

  it('survives that both offer at once', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    pair.anna.setTrack('camera', fakeTrack('video'));
    pair.ben.setTrack('camera', fakeTrack('video'));
    await vi.advanceTimersByTimeAsync(500);
    expect(pair.sources(pair.anna)).toEqual(['microphone', 'camera']);
    expect(pair.sources(pair.ben)).toEqual(['microphone', 'camera']);
  });

  it('ends agreed whatever both sides do, at whatever time', async () => {
    const source = fc.constantFrom<MediaSource>('microphone', 'camera', 'screen_share');
    const deed = fc.record({
      who: fc.constantFrom<'anna' | 'ben'>('anna', 'ben'),
      what: fc.oneof(source, fc.constant('restart' as const)),
      on: fc.boolean(),
      waitMs: fc.integer({ min: 0, max: 12 }),
      delayMs: fc.integer({ min: 0, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { maxLength: 25 }), async (deeds) => {
        const pair = new Pair();
        await vi.advanceTimersByTimeAsync(20);
        const wanted = { anna: new Set<MediaSource>(['microphone']), ben: new Set<MediaSource>(['microphone']) };
        for (const { who, what, on, waitMs, delayMs } of deeds) {
          pair.delayMs = delayMs;
          if (what === 'restart') pair.peers[who === 'anna' ? 0 : 1].restartIce();
          else {
            pair[who].setTrack(what, on ? fakeTrack(what === 'microphone' ? 'audio' : 'video') : null);
            wanted[who][on ? 'add' : 'delete'](what);
          }
          await vi.advanceTimersByTimeAsync(waitMs);
        }
        await vi.advanceTimersByTimeAsync(2_000);
        expect(pair.peers.map(({ signalingState }) => signalingState)).toEqual(['stable', 'stable']);
        expect([...pair.sources(pair.ben)].sort()).toEqual([...wanted.anna].sort());
        expect([...pair.sources(pair.anna)].sort()).toEqual([...wanted.ben].sort());
        pair.anna.close();
        pair.ben.close();
      }),
      { numRuns: 100 },
    );
  });

  it('tells after 3 s that it does not open', async () => {
    const pair = new Pair();
    pair.network.isOpen = false;
    await vi.advanceTimersByTimeAsync(2_990);
    expect(pair.events).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(pair.events).toEqual(['anna failed: It did not open in time.', 'ben failed: It did not open in time.']);
  });

  it('counts as flowing without any media when nobody has something to send', async () => {
    const pair = new Pair({ local: new Map() });
    await vi.advanceTimersByTimeAsync(900);
    expect(pair.events).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    expect(pair.events).toEqual(['anna flows', 'ben flows']);
  });

  it('restarts ICE after a break, and fails if that does not help', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    pair.network.isOpen = false;
    pair.network.update();
    await vi.advanceTimersByTimeAsync(600);
    expect(pair.peers[0].restarts).toBe(1);
    pair.network.isOpen = true;
    pair.network.update();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pair.news('anna')).toEqual(['flows', 'breaks', 'is mended']);
    pair.network.isOpen = false;
    pair.network.update();
    await vi.advanceTimersByTimeAsync(3_900);
    expect(pair.news('anna').slice(3)).toEqual(['breaks']);
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.news('anna').slice(3)).toEqual(['breaks', 'failed: It broke and did not come back.']);
  });

  it('notices within a second that sound comes no more, though the browser has not', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(2_000);
    pair.network.isSilent = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(pair.news('ben')).toEqual(['flows', 'breaks']);
    expect(pair.peers[1].restarts).toBe(0);
    await vi.advanceTimersByTimeAsync(400);
    expect(pair.peers[1].restarts).toBe(1);
    pair.network.isSilent = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pair.news('ben')).toEqual(['flows', 'breaks', 'is mended']);
    pair.network.isSilent = true;
    await vi.advanceTimersByTimeAsync(6_000);
    expect(pair.news('ben').slice(3)).toEqual(['breaks', 'failed: It broke and did not come back.']);
  });

  it('is suspicious once, and waits for the proof after that', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(2_000);
    for (let times = 1; times <= 3; times += 1) {
      pair.network.isSilent = true;
      await vi.advanceTimersByTimeAsync(500);
      pair.network.isSilent = false;
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(pair.news('ben')).toEqual(['flows', 'breaks', 'is mended']);
    expect(pair.peers[1].restarts).toBe(0);
    pair.network.isSilent = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pair.news('ben').at(-1)).toBe('breaks');
  });

  it('takes a microphone that is switched off for no break', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(2_000);
    pair.anna.setTrack('microphone', null);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pair.news('ben')).toEqual(['flows']);
    expect(pair.peers[1].restarts).toBe(0);
  });

  it('is good for nothing if it breaks three times within a minute, though it comes back', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(2_000);
    for (let times = 1; times <= 3; times += 1) {
      pair.network.isSilent = true;
      await vi.advanceTimersByTimeAsync(2_000);
      expect(pair.news('anna').at(-1)).toBe(times < 3 ? 'breaks' : 'failed: It breaks again and again.');
      pair.network.isSilent = false;
      await vi.advanceTimersByTimeAsync(8_000);
    }
  });

  it('shows a picture when the first one can be seen, not with its first packet', async () => {
    const pair = new Pair({ local: new Map([['camera', fakeTrack('video')]]) });
    pair.network.hasPictures = false;
    await vi.advanceTimersByTimeAsync(500);
    expect(pair.sources(pair.ben)).toEqual([]);
    pair.network.hasPictures = true;
    await vi.advanceTimersByTimeAsync(50);
    expect(pair.sources(pair.ben)).toEqual(['camera']);
  });

  it('shows and plays what arrives, though the browser calls the tracks muted', async () => {
    const pair = new Pair({ local: new Map([['microphone', fakeTrack('audio')], ['camera', fakeTrack('video')]]) });
    pair.network.leavesMuted = true;
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.ben)).toEqual(['microphone', 'camera']);
    pair.anna.setTrack('camera', null);
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.ben)).toEqual(['microphone']);
    pair.network.hasPictures = false;
    pair.anna.setTrack('camera', fakeTrack('video'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pair.sources(pair.ben)).toEqual(['microphone']);
    pair.network.hasPictures = true;
    await vi.advanceTimersByTimeAsync(300);
    expect(pair.sources(pair.ben)).toEqual(['microphone', 'camera']);
  });

  it('does not give the path up while nobody can be told', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    pair.isOnline = pair.network.isOpen = false;
    pair.network.update();
    await vi.advanceTimersByTimeAsync(19_900);
    expect(pair.news('anna')).toEqual(['flows', 'breaks']);
    pair.isOnline = pair.network.isOpen = true;
    pair.anna.handleWelcome();
    pair.ben.handleWelcome();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(pair.peers.map(({ connectionState }) => connectionState)).toEqual(['connected', 'connected']);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(pair.news('anna')).toEqual(['flows', 'breaks', 'is mended']);
  });

  it('says again after a drop what was lost in it', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(200);
    pair.isOnline = false;
    pair.anna.setTrack('camera', fakeTrack('video'));
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.ben)).toEqual(['microphone']);
    pair.isOnline = true;
    pair.anna.handleWelcome();
    await vi.advanceTimersByTimeAsync(200);
    expect(pair.sources(pair.ben)).toEqual(['microphone', 'camera']);
  });

  it('tells when it stays poor, and not of a moment', async () => {
    const pair = new Pair();
    await vi.advanceTimersByTimeAsync(3_000);
    pair.network.lossShare = 0.3;
    await vi.advanceTimersByTimeAsync(5_000);
    pair.network.lossShare = 0;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pair.anna.quality.get()).toEqual({ lossShare: 0, roundTripMs: 40 });
    expect(pair.events).toHaveLength(2);
    pair.network.lossShare = 0.3;
    await vi.advanceTimersByTimeAsync(12_000);
    expect(pair.events[2]).toBe('anna failed: It stays poor: 30 % lost, round trip 40 ms.');
  });
});
