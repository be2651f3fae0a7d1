import { describe, expect, it } from 'vitest';
import { EarlyKeys, type PressedKey } from './earlyKeys';

function press(key: string, timeStamp: number, change: Partial<PressedKey> = {}): PressedKey {
  return { type: 'keydown', key, repeat: false, timeStamp, ...change };
}

function release(key: string, timeStamp: number): PressedKey {
  return press(key, timeStamp, { type: 'keyup' });
}

describe('keys while a question comes up', () => {
  it('press no button for a second, whoever was writing', () => {
    const keys = new EarlyKeys(5_000);
    const early = [press(' ', 5_010), release(' ', 5_090), press('Enter', 5_400), release('Enter', 5_500), press(' ', 5_999)];
    expect(early.map((key) => keys.refuses(key))).toEqual([true, true, true, true, true]);
  });

  it('press buttons after that', () => {
    const keys = new EarlyKeys(5_000);
    expect([press(' ', 6_000), release(' ', 6_080)].map((key) => keys.refuses(key))).toEqual([false, false]);
    expect(keys.refuses(press('Enter', 7_000))).toBe(false);
  });

  it('press none by being released late or held down', () => {
    const keys = new EarlyKeys(5_000);
    expect(keys.refuses(press(' ', 5_900))).toBe(true);
    expect(keys.refuses(press(' ', 6_100, { repeat: true }))).toBe(true);
    expect(keys.refuses(release(' ', 6_200))).toBe(true);
    expect(keys.refuses(release('Enter', 6_200))).toBe(true);
  });

  it('that move the focus are always heard', () => {
    const keys = new EarlyKeys(5_000);
    expect([press('Tab', 5_001), press('Escape', 5_002), press('a', 5_003)].map((key) => keys.refuses(key))).toEqual([false, false, false]);
  });
});
