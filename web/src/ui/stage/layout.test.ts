import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layOut, PAGER_HEIGHT, type Place, type StageLayout } from './layout';

const DESKTOP = { width: 1416, height: 760, gap: 10 };
const PHONE = { width: 374, height: 690, gap: 10 };
const FREE = { limit: 49 };

function overlap(one: Place, other: Place): boolean {
  const across = one.x < other.x + other.width && other.x < one.x + one.width;
  return across && one.y < other.y + other.height && other.y < one.y + one.height;
}

function everything(layout: StageLayout, tiles: number): readonly Place[] {
  const extra = [layout.spotlight, layout.pager].filter((place) => place !== null);
  return [...layout.places(tiles), ...extra];
}

describe('layOut', () => {
  it('shows everybody on one page where there is room', () => {
    const layout = layOut(DESKTOP, { spotlight: false, others: 12, ...FREE });
    expect([layout.pageSize, layout.pager]).toEqual([12, null]);
  });

  it('keeps the size of the tiles on a last page that is not full', () => {
    const layout = layOut(DESKTOP, { spotlight: false, others: 50, ...FREE });
    expect(layout.places(3)[0]).toEqual(layout.places(layout.pageSize)[0]);
  });

  it('puts the other one of two into a corner of the large picture, in the shape of the space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 2_500 }), fc.integer({ min: 150, max: 1_500 }), (width, height) => {
        const layout = layOut({ width, height, gap: 10 }, { spotlight: true, inset: true, others: 1, ...FREE });
        const [corner] = layout.places(1) as [Place];
        expect(layout.spotlight).toEqual({ x: 0, y: 0, width, height });
        expect([corner.x + corner.width < width, corner.y + corner.height < height]).toEqual([true, true]);
        expect(corner.width > corner.height).toBe(width > height);
        // Beside it a name has room.
        expect(corner.x).toBeGreaterThan(width / 4);
        expect(corner.y).toBeGreaterThan(height / 2);
      }),
    );
  });

  it('has no more tiles than it may', () => {
    const layout = layOut(DESKTOP, { spotlight: false, others: 12, limit: 9 });
    expect([layout.pageSize, layout.pager?.height]).toEqual([9, PAGER_HEIGHT]);
  });

  it('gives the whole stage to a spotlight without others', () => {
    expect(layOut(DESKTOP, { spotlight: true, others: 0, ...FREE }).spotlight).toMatchObject({ width: 1416, height: 760 });
  });

  it('puts the others beside the spotlight on a wide screen, and below it on a phone', () => {
    const wide = layOut(DESKTOP, { spotlight: true, others: 49, ...FREE });
    expect(wide.places(1)[0]?.x).toBeGreaterThan(wide.spotlight?.width ?? Infinity);
    const upright = layOut(PHONE, { spotlight: true, others: 49, ...FREE });
    expect(upright.places(1)[0]?.y).toBeGreaterThan(upright.spotlight?.height ?? Infinity);
    expect([upright.pageSize, upright.spotlight?.width]).toEqual([4, 374]);
  });

  const cases = fc.record({
    space: fc.record({ width: fc.integer({ min: 320, max: 4000 }), height: fc.integer({ min: 300, max: 2200 }), gap: fc.constant(10) }),
    content: fc.record({ spotlight: fc.boolean(), others: fc.integer({ min: 1, max: 60 }), limit: fc.constantFrom(9, 49) }),
  });

  it('lets nothing overlap, nor leave the stage', () => {
    fc.assert(
      fc.property(cases, ({ space, content }) => {
        const layout = layOut(space, content);
        const places = everything(layout, Math.min(layout.pageSize, content.others));
        for (const [at, one] of places.entries()) {
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.y).toBeGreaterThanOrEqual(0);
          expect(one.x + one.width).toBeLessThanOrEqual(space.width + 1);
          expect(one.y + one.height).toBeLessThanOrEqual(space.height + 1);
          expect(places.slice(at + 1).some((other) => overlap(one, other))).toBe(false);
        }
      }),
    );
  });

  it('has a pager exactly where one page does not hold all', () => {
    // Without the pager's height these spaces count as a phone's, or as wide.
    const edges = [500, 520, 540].flatMap((height) => [8, 9, 12].map((others) => [{ width: 545, height }, others] as const));
    for (const [space, others] of edges) {
      const { pageSize, pager } = layOut({ ...space, gap: 10 }, { spotlight: false, others, limit: 49 });
      expect(pager !== null).toBe(pageSize < others);
    }
    fc.assert(
      fc.property(cases, ({ space, content }) => {
        const { pageSize, pager } = layOut(space, content);
        expect(pageSize).toBeGreaterThanOrEqual(1);
        expect(pager !== null).toBe(pageSize < content.others);
      }),
    );
  });
});
