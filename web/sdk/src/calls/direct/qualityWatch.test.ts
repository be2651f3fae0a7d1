import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StatEntry } from './quality';
import { QualityWatch } from './qualityWatch';

const LOOK_MS = 2_000;
const LIMITS = { lossShare: 0.08, roundTripMs: 1_000, forMs: 10_000 };

/** A path whose next looks are written down here. */
class Path {
  roundTripS = 0.02;
  packets = 100;
  readonly told: string[] = [];
  readonly watch = new QualityWatch(() => Promise.resolve(this.#stats()), LIMITS, (reason) => this.told.push(reason));
  #lossShare = 0;
  #received = 0;
  #lost = 0;

  /** Until so many looks more were taken. */
  async look(lossShare: number, times = 1): Promise<void> {
    this.#lossShare = lossShare;
    await vi.advanceTimersByTimeAsync(LOOK_MS * times);
  }

  #stats(): readonly StatEntry[] {
    this.#received += Math.round(this.packets * (1 - this.#lossShare));
    this.#lost += Math.round(this.packets * this.#lossShare);
    return [
      { type: 'inbound-rtp', packetsReceived: this.#received, packetsLost: this.#lost },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: this.roundTripS },
    ];
  }
}

let path: Path;

beforeEach(async () => {
  vi.useFakeTimers();
  path = new Path();
  await path.look(0, 2);
});

afterEach(() => {
  path.watch.end();
  vi.useRealTimers();
});

describe('the watch over a path', () => {
  it('tells after ten seconds of loss, and how much it is', async () => {
    await path.look(0.2, 4);
    expect(path.told).toEqual([]);
    await path.look(0.2);
    expect(path.told).toEqual(['It stays poor: 20 % lost, round trip 20 ms.']);
  });

  it('is not talked out of it by a single better look', async () => {
    for (const lossShare of [0.12, 0.12, 0.07, 0.12, 0.12, 0.12, 0.12]) await path.look(lossShare);
    expect(path.told).toHaveLength(1);
  });

  it('forgives moments that are as long as the better ones between them', async () => {
    for (let times = 0; times < 20; times += 1) {
      await path.look(0.3, 2);
      await path.look(0, 2);
    }
    expect(path.told).toEqual([]);
  });

  it('does not keep good times for bad ones', async () => {
    await path.look(0, 100);
    await path.look(0.2, 5);
    expect(path.told).toHaveLength(1);
  });

  it('tells of a long round trip, though nothing is lost', async () => {
    path.roundTripS = 1.2;
    await path.look(0, 5);
    expect(path.told).toEqual(['It stays poor: 0 % lost, round trip 1200 ms.']);
  });

  it('does not judge by a few packets: two people who are muted and a picture that stands still', async () => {
    path.packets = 4;
    await path.look(0.25, 20);
    expect(path.told).toEqual([]);
  });

  it('keeps what it knows while nothing can be seen', async () => {
    await path.look(0.2, 4);
    path.packets = 4;
    await path.look(0, 10);
    path.packets = 100;
    await path.look(0.2);
    expect(path.told).toHaveLength(1);
  });

  it('shows the worse share of both directions', async () => {
    await path.look(0.1);
    expect(path.watch.quality.get()).toEqual({ lossShare: 0.1, roundTripMs: 20 });
  });
});
