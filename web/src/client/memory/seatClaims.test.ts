import { describe, expect, it } from 'vitest';
import { SeatClaims } from './seatClaims';

interface Held {
  readonly lose: (reason: Error) => void;
}

/** The locks of one browser, as all of its tabs see them; without a queue, for nothing here waits. */
class FakeLocks {
  readonly #held = new Map<string, Held>();

  asManager(): LockManager {
    const request = (name: string, { steal = false }: LockOptions, work: () => Promise<unknown>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const before = this.#held.get(name);
        if (before !== undefined && !steal) {
          reject(new Error('AbortError'));
          return;
        }
        before?.lose(new Error('AbortError'));
        const mine = { lose: reject };
        this.#held.set(name, mine);
        void work().then((value) => {
          if (this.#held.get(name) === mine) this.#held.delete(name);
          resolve(value);
        });
      });
    const query = () => Promise.resolve({ held: [...this.#held.keys()].map((name) => ({ name })), pending: [] });
    return { request, query } as unknown as LockManager;
  }
}

function tabs(): [SeatClaims, SeatClaims] {
  const locks = new FakeLocks().asManager();
  return [new SeatClaims(locks), new SeatClaims(locks)];
}

describe('seats of tabs', () => {
  it('are held by one tab, which may claim its own again', async () => {
    const [one, two] = tabs();
    expect(await one.claim('soup', 'ada')).toBe(true);
    expect(await one.claim('soup', 'ada')).toBe(true);
    expect(await two.claim('soup', 'ada')).toBe(false);
    expect(await two.claim('stew', 'ada')).toBe(true);
    expect([await one.isElsewhere('soup', 'ada'), await two.isElsewhere('soup', 'ada')]).toEqual([false, true]);
  });

  it('are taken over by the tab in which the same person comes later, and back again', async () => {
    const [one, two] = tabs();
    await one.take('soup', 'ada');
    await two.take('soup', 'ada');
    expect([await one.isElsewhere('soup', 'ada'), await two.isElsewhere('soup', 'ada')]).toEqual([true, false]);
    await one.take('soup', 'ada');
    expect([await one.isElsewhere('soup', 'ada'), await two.isElsewhere('soup', 'ada')]).toEqual([false, true]);
  });

  it('are free once they were given up', async () => {
    const [one, two] = tabs();
    await one.claim('soup', 'ada');
    one.release('soup', 'ada');
    await Promise.resolve();
    expect(await two.isElsewhere('soup', 'ada')).toBe(false);
    expect(await two.claim('soup', 'ada')).toBe(true);
  });

  it('are not guarded where the browser has no locks', async () => {
    const claims = new SeatClaims(undefined);
    await claims.take('soup', 'ada');
    expect(await claims.claim('soup', 'ada')).toBe(true);
    expect(await claims.isElsewhere('soup', 'ada')).toBe(false);
  });
});
