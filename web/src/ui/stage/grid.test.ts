import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridPageSize, MOST_TILES, planGrid } from './grid';

const DESKTOP = { width: 1256, height: 660, gap: 10 };
const PHONE = { width: 374, height: 700, gap: 10 };

describe('planGrid', () => {
  it('gives one person the largest picture that is no wider than 16:9', () => {
    expect(planGrid({ ...DESKTOP, count: 1 })).toMatchObject({ columns: 1, tileWidth: 1173, tileHeight: 660 });
  });

  it('puts two people side by side on a desktop and one above the other on a phone', () => {
    expect(planGrid({ ...DESKTOP, count: 2 })).toMatchObject({ columns: 2, rows: 1 });
    expect(planGrid({ ...PHONE, count: 2 })).toMatchObject({ columns: 1, rows: 2 });
  });

  it('keeps 49 people on one page of a large screen', () => {
    const plan = planGrid({ count: 49, width: 2536, height: 1300, gap: 10 });
    expect(plan).toMatchObject({ columns: 7, rows: 7 });
  });

  it('plans nothing for nobody or for no space', () => {
    expect(planGrid({ ...DESKTOP, count: 0 }).columns).toBe(0);
    expect(planGrid({ count: 3, width: 0, height: 400, gap: 10 }).columns).toBe(0);
  });

  const spaces = fc.record({
    count: fc.integer({ min: 1, max: 49 }),
    width: fc.integer({ min: 200, max: 4000 }),
    height: fc.integer({ min: 100, max: 2200 }),
    gap: fc.integer({ min: 0, max: 20 }),
  });

  it('fits into its space', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const plan = planGrid(space);
        expect(plan.columns * plan.rows).toBeGreaterThanOrEqual(space.count);
        expect(plan.columns * plan.tileWidth + (plan.columns - 1) * space.gap).toBeLessThanOrEqual(space.width);
        expect(plan.rows * plan.tileHeight + (plan.rows - 1) * space.gap).toBeLessThanOrEqual(space.height);
      }),
    );
  });

  it('never makes a tile flatter than 16:9, nor narrower than 3:4', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const { tileWidth, tileHeight } = planGrid(space);
        expect(tileWidth).toBeLessThanOrEqual(Math.ceil(((tileHeight + 1) * 16) / 9));
        expect(tileHeight).toBeLessThanOrEqual(Math.ceil(((tileWidth + 1) * 4) / 3));
      }),
    );
  });

  it('leaves no column empty', () => {
    fc.assert(fc.property(spaces, (space) => planGrid(space).columns <= space.count));
  });
});

describe('gridPageSize', () => {
  it.each([
    ['a laptop', { width: 1416, height: 760, gap: 10 }, 25],
    ['a large screen', { width: 2536, height: 1300, gap: 10 }, MOST_TILES],
    ['a phone', { width: 374, height: 690, gap: 10 }, 6],
    ['a phone on its side', { width: 770, height: 330, gap: 10 }, 12],
  ])('gives %s %j %i tiles of fifty', (_name, space, tiles) => {
    expect(gridPageSize({ ...space, count: 50 })).toBe(tiles);
  });

  it('takes everybody where there is room, and at least one where there is none', () => {
    expect(gridPageSize({ ...DESKTOP, count: 4 })).toBe(4);
    expect(gridPageSize({ width: 90, height: 60, gap: 10, count: 4 })).toBe(1);
  });
});
