/**
 * Tile maths: how many columns make the tiles of a grid largest in a given space.
 *
 * Tiles may take any shape between two aspect ratios (width / height); pictures fill them by cropping. When even the
 * best grid would make tiles too small to tell faces apart, the grid scrolls instead.
 */

export interface GridSpace {
  readonly count: number;
  /** Space in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

export interface GridPlan {
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly scrolls: boolean;
}

const WIDEST = 16 / 9;
/** In an upright space faces may be taller than wide; in a wide one nobody's shoulders are cut off. */
const NARROWEST_UPRIGHT = 3 / 4;
const NARROWEST_WIDE = 4 / 3;

export const MIN_TILE_WIDTH = 128;

export function planGrid(space: GridSpace): GridPlan {
  const { count, width, height } = space;
  if (count < 1 || width <= 0 || height <= 0) {
    return { columns: 0, rows: 0, tileWidth: 0, tileHeight: 0, scrolls: false };
  }
  let best = fit(space, 1);
  for (let columns = 2; columns <= count; columns += 1) {
    const plan = fit(space, columns);
    if (area(plan) > area(best)) best = plan;
  }
  return best.tileWidth < Math.min(MIN_TILE_WIDTH, width) ? scrolling(space) : best;
}

function fit({ count, width, height, gap }: GridSpace, columns: number): GridPlan {
  const rows = Math.ceil(count / columns);
  const cellWidth = Math.max(0, (width - gap * (columns - 1)) / columns);
  const cellHeight = Math.max(0, (height - gap * (rows - 1)) / rows);
  const narrowest = width >= height ? NARROWEST_WIDE : NARROWEST_UPRIGHT;
  const tileWidth = Math.floor(Math.min(cellWidth, cellHeight * WIDEST));
  const tileHeight = Math.floor(Math.min(cellHeight, tileWidth / narrowest));
  return { columns, rows, tileWidth, tileHeight, scrolls: false };
}

function scrolling({ count, width, gap }: GridSpace): GridPlan {
  const columns = Math.min(count, Math.max(1, Math.floor((width + gap) / (MIN_TILE_WIDTH + gap))));
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const tileHeight = Math.floor(tileWidth / NARROWEST_WIDE);
  return { columns, rows: Math.ceil(count / columns), tileWidth, tileHeight, scrolls: true };
}

function area({ tileWidth, tileHeight }: GridPlan): number {
  return tileWidth * tileHeight;
}
