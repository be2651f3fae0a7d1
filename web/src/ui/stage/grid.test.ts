import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MIN_TILE_WIDTH, planGrid } from './grid';

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
    expect(plan).toMatchObject({ columns: 7, rows: 7, scrolls: false });
  });

  it('scrolls on a small screen rather than making faces tiny', () => {
    const plan = planGrid({ count: 25, width: 304, height: 500, gap: 10 });
    expect(plan.scrolls).toBe(true);
    expect(plan.columns).toBe(2);
    expect(plan.tileWidth).toBeGreaterThanOrEqual(MIN_TILE_WIDTH);
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

  it('fits into its space, unless it scrolls, and then still into the width', () => {
    fc.assert(
      fc.property(spaces, (space) => {
        const plan = planGrid(space);
        expect(plan.columns * plan.rows).toBeGreaterThanOrEqual(space.count);
        expect(plan.columns * plan.tileWidth + (plan.columns - 1) * space.gap).toBeLessThanOrEqual(space.width);
        if (plan.scrolls) return;
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
