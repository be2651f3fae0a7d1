/**
 * Tile maths: how many columns make the tiles of a grid largest in a given space, and how many tiles a page has.
 *
 * Tiles may take any shape between two aspect ratios (width / height); pictures fill them by cropping. Where even the
 * best grid would make tiles too small to tell faces apart, it is cut into pages.
 */

export interface Space {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

export interface GridSpace extends Space {
  readonly count: number;
}

export interface GridPlan {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
}

const WIDEST = 16 / 9;
/** In an upright space faces may be taller than wide; in a wide one nobody's shoulders are cut off. */
const NARROWEST_UPRIGHT = 3 / 4;
const NARROWEST_WIDE = 4 / 3;

/** More faces at a time than this nobody can follow. */
export const MOST_TILES = 49;
/** The smaller side of a phone's screen. */
const PHONE_SIDE = 500;
/** The smallest tiles of a page, in CSS pixels; a phone is held closer. */
const LEAST_TILE = { width: 230, height: 130 };
const LEAST_TILE_PHONE_WIDE = { width: 150, height: 100 };
const LEAST_TILE_PHONE_UPRIGHT = { width: 150, height: 170 };

export function planGrid(space: GridSpace): GridPlan {
  const { count, width, height } = space;
  if (count < 1 || width <= 0 || height <= 0) return { columns: 0, rows: 0, tileWidth: 0, tileHeight: 0 };
  let best = fit(space, 1);
  for (let columns = 2; columns <= count; columns += 1) {
    const plan = fit(space, columns);
    if (area(plan) > area(best)) best = plan;
  }
  return best;
}

/** How many tiles, of `count` or fewer, fit in without becoming too small; at least 1. */
export function gridPageSize(space: GridSpace): number {
  const least = leastTile(space);
  for (let count = Math.min(space.count, MOST_TILES); count > 1; count -= 1) {
    const { tileWidth, tileHeight } = planGrid({ ...space, count });
    if (tileWidth >= least.width && tileHeight >= least.height) return count;
  }
  return 1;
}

function leastTile({ width, height }: Space): { width: number; height: number } {
  if (Math.min(width, height) >= PHONE_SIDE) return LEAST_TILE;
  return width < height ? LEAST_TILE_PHONE_UPRIGHT : LEAST_TILE_PHONE_WIDE;
}

function fit({ count, width, height, gap }: GridSpace, columns: number): GridPlan {
  const rows = Math.ceil(count / columns);
  const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
  const narrowest = width >= height ? NARROWEST_WIDE : NARROWEST_UPRIGHT;
  const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * WIDEST));
  const tileHeight = Math.floor(Math.min(cellHeight, tileWidth / narrowest));
  return { columns, rows, tileWidth, tileHeight };
}

function area({ tileWidth, tileHeight }: GridPlan): number {
  return tileWidth * tileHeight;
}
