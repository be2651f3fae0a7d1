import { gridPageSize, planGrid, type Space } from './grid';

/** A place on the stage, in CSS pixels from its top left corner. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface StageLayout {
  /** Tiles per page, beside a spotlight. */
  readonly pageSize: number;
  readonly spotlight: Place | null;
  /** The places of a page's tiles, in order, for a page with this many. */
  readonly places: (tiles: number) => readonly Place[];
  /** Where pages are turned; null while one page holds all. */
  readonly pager: Place | null;
}

export interface StageContent {
  readonly spotlight: boolean;
  /** The only other tile stands in a corner of the spotlight. */
  readonly inset?: boolean;
  /** Tiles on all pages together. */
  readonly others: number;
  /** Most tiles per page, however much room there is. */
  readonly limit: number;
}

export const PAGER_HEIGHT = 48;

/** A filmstrip's tiles. */
const STRIP_RATIO = 16 / 10;
/** What they may become where pages leave a rest of the height. */
const STRIP_RATIO_STRETCHED = 5 / 4;
const STRIP_SHARE = 0.19;
const STRIP_WIDTH = { least: 132, most: 280 };
/** In an upright space the others stand below, in columns of at least this width, and take no more than this share. */
const COLUMN_WIDTH = 160;
const BELOW_SHARE = 0.48;

/** A corner's tile: beside what is said at the foot of the large picture, and away from its edges. */
const INSET_MARGIN = 12;
const INSET_WIDE = { share: 0.2, least: 144, most: 280, ratio: 16 / 9 };
const INSET_UPRIGHT = { share: 0.3, least: 88, most: 180, ratio: 3 / 4 };
const INSET_HEIGHT_SHARE = 0.4;

export function layOut(space: Space, content: StageContent): StageLayout {
  if (!content.spotlight) return grid(space, content);
  if (content.others === 0) return { pageSize: 1, spotlight: whole(space), places: () => [], pager: null };
  if (content.inset === true) return { pageSize: 1, spotlight: whole(space), places: () => [corner(space)], pager: null };
  return space.width > space.height ? beside(space, content) : below(space, content);
}

function grid(space: Space, { others, limit }: StageContent): StageLayout {
  const all = gridPageSize({ ...space, count: others });
  if (all >= others && others <= limit) {
    return { pageSize: Math.max(1, others), spotlight: null, places: (tiles) => cells(space, tiles, tiles), pager: null };
  }
  const room = { ...space, height: Math.max(1, space.height - PAGER_HEIGHT) };
  const pageSize = Math.min(limit, gridPageSize({ ...room, count: others }));
  // A little less height can be another kind of space, a phone's, in which smaller tiles will do: then one page holds all.
  const pager = pageSize < others ? footOf(space) : null;
  // Tiles keep their size on the last page, so that turning pages moves nothing but the faces.
  return { pageSize, spotlight: null, places: (tiles) => cells(room, tiles, pageSize), pager };
}

/** Rows in the middle of the space, for a page of `pageSize`, of which `tiles` are taken. */
function cells(space: Space, tiles: number, pageSize: number): readonly Place[] {
  const { columns, rows, tileWidth: width, tileHeight: height } = planGrid({ ...space, count: pageSize });
  if (columns === 0) return [];
  const top = (space.height - rows * height - (rows - 1) * space.gap) / 2;
  return Array.from({ length: tiles }, (_, at) => {
    const row = Math.floor(at / columns);
    // A last row that is not full stands in the middle, but only where all tiles are on one page.
    const inRow = tiles === pageSize ? Math.min(columns, tiles - row * columns) : columns;
    const left = (space.width - inRow * width - (inRow - 1) * space.gap) / 2;
    const x = Math.round(left + (at % columns) * (width + space.gap));
    return { x, y: Math.round(top + row * (height + space.gap)), width, height };
  });
}

/** The spotlight with a column of the others at its right. */
function beside(space: Space, { others, limit }: StageContent): StageLayout {
  const { gap } = space;
  const width = Math.round(clamp(space.width * STRIP_SHARE, STRIP_WIDTH.least, STRIP_WIDTH.most));
  const least = Math.round(width / STRIP_RATIO);
  const rowsIn = (room: number): number => clamp(Math.floor((room + gap) / (least + gap)), 1, limit);
  const paged = rowsIn(space.height) < others;
  const room = space.height - (paged ? PAGER_HEIGHT : 0);
  const pageSize = rowsIn(room);
  const x = Math.round(space.width) - width;
  const rows = Math.min(pageSize, others);
  const stretched = Math.floor(Math.min((room - gap * (rows - 1)) / rows, width / STRIP_RATIO_STRETCHED));
  const height = paged ? Math.max(least, stretched) : least;
  const top = Math.max(0, Math.round((room - rows * height - (rows - 1) * gap) / 2));
  return {
    pageSize,
    spotlight: { x: 0, y: 0, width: x - gap, height: Math.round(space.height) },
    places: (tiles) => Array.from({ length: tiles }, (_, at) => ({ x, y: top + at * (height + gap), width, height })),
    pager: paged ? { x, y: Math.round(space.height) - PAGER_HEIGHT, width, height: PAGER_HEIGHT } : null,
  };
}

/** The spotlight with rows of the others below. */
function below(space: Space, { others, limit }: StageContent): StageLayout {
  const { gap } = space;
  const columns = Math.max(2, Math.floor((space.width + gap) / (COLUMN_WIDTH + gap)));
  const width = Math.floor((space.width - gap * (columns - 1)) / columns);
  const height = Math.round(width / STRIP_RATIO);
  const sizeIn = (room: number): number => clamp(Math.floor((room + gap) / (height + gap)) * columns, columns, limit);
  const most = space.height * BELOW_SHARE;
  const paged = sizeIn(most) < others;
  const pageSize = sizeIn(most - (paged ? PAGER_HEIGHT : 0));
  const rows = Math.ceil(Math.min(pageSize, others) / columns);
  const foot = paged ? PAGER_HEIGHT : 0;
  const top = Math.round(space.height - foot - rows * height - (rows - 1) * gap);
  return {
    pageSize,
    spotlight: { x: 0, y: 0, width: Math.round(space.width), height: Math.max(0, top - gap) },
    places: (tiles) =>
      Array.from({ length: tiles }, (_, at) => {
        const column = at % columns;
        return { x: column * (width + gap), y: top + Math.floor(at / columns) * (height + gap), width, height };
      }),
    pager: paged ? footOf(space) : null,
  };
}

function corner(space: Space): Place {
  const { share, least, most, ratio } = space.width > space.height ? INSET_WIDE : INSET_UPRIGHT;
  const wanted = clamp(space.width * share, least, most);
  const width = Math.round(Math.min(wanted, space.height * INSET_HEIGHT_SHARE * ratio));
  const height = Math.round(width / ratio);
  const x = Math.round(space.width) - width - INSET_MARGIN;
  return { x, y: Math.round(space.height) - height - INSET_MARGIN, width, height };
}

function whole({ width, height }: Space): Place {
  return { x: 0, y: 0, width: Math.round(width), height: Math.round(height) };
}

function footOf({ width, height }: Space): Place {
  return { x: 0, y: Math.round(height) - PAGER_HEIGHT, width: Math.round(width), height: PAGER_HEIGHT };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
