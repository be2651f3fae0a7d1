import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepOrder, type Order, promotions, swap, type Voices } from './order';
import type { TileSpec } from './tiles';

function tiles(...keys: string[]): TileSpec[] {
  // Only keys and sources matter here.
  return keys.map((key) => ({ key, source: key.startsWith('s') ? 'screen_share' : 'camera' }) as TileSpec);
}

describe('keepOrder', () => {
  it('puts newcomers last and new screens first', () => {
    expect(keepOrder(['b', 'a'], tiles('s1', 'a', 'b', 'c'))).toEqual(['s1', 'b', 'a', 'c']);
  });

  it('leaves out who went, and moves nobody past anybody', () => {
    expect(keepOrder(['d', 'a', 'c', 'b'], tiles('a', 'b', 'd'))).toEqual(['d', 'a', 'b']);
  });

  it('is the same object while nobody comes or goes', () => {
    const before = ['b', 'a'];
    expect(keepOrder(before, tiles('a', 'b'))).toBe(before);
  });
});

const ORDER: Order = ['me', 'a', 'b', 'c', 'd', 'e', 'f', 'g'];

function promote(speaking: string, page: number, part: Partial<Voices> = {}): Order {
  const voices = { speaking: new Set(speaking.split(' ')), spokeMs: () => undefined, fixed: new Set(['me']), ...part };
  const changes = promotions({ order: ORDER, pageSize: 3, page }, voices);
  return changes.reduce<Order>((order, [one, other]) => swap(order, one, other), ORDER);
}

describe('promotions', () => {
  it('bring a speaker to the first page and move nobody but the one who makes room', () => {
    expect(promote('g', 0)).toEqual(['me', 'a', 'g', 'c', 'd', 'e', 'f', 'b']);
  });

  it('take the place of whoever has been silent longest', () => {
    expect(promote('g', 0, { spokeMs: (key) => (key === 'b' ? 9 : 5) })).toEqual(['me', 'g', 'b', 'c', 'd', 'e', 'f', 'a']);
  });

  it('change nothing on the page that is being looked at', () => {
    expect(promote('c', 1)).toEqual(ORDER);
    expect(promote('g', 1).slice(3, 6)).toEqual(ORDER.slice(3, 6));
  });

  it('never send away oneself, a screen or another speaker', () => {
    expect(promote('a b g', 0)).toEqual(ORDER);
    expect(promote('f g', 0, { fixed: new Set(['me', 'a']) })).toEqual(['me', 'a', 'f', 'c', 'd', 'e', 'b', 'g']);
  });

  it('lose and double nobody, and leave the page that is looked at alone unless it is the first', () => {
    const cases = fc.record({
      speaking: fc.subarray([...ORDER]),
      page: fc.integer({ min: 0, max: 3 }),
      pageSize: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(cases, ({ speaking, page, pageSize }) => {
        const voices = { speaking: new Set(speaking), spokeMs: () => undefined, fixed: new Set(['me']) };
        const changes = promotions({ order: ORDER, pageSize, page }, voices);
        const after = changes.reduce<Order>((order, [one, other]) => swap(order, one, other), ORDER);
        expect([...after].sort()).toEqual([...ORDER].sort());
        const looked = (order: Order): Order => order.slice(page * pageSize, (page + 1) * pageSize);
        if (page > 0) expect(looked(after)).toEqual(looked(ORDER));
      }),
    );
  });
});
