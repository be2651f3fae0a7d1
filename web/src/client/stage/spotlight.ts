import type { View } from '../memory/preferences';
import { tileKey, type TileSpec } from './tiles';

/** With more people than this the automatic view is that of the speaker... */
export const CROWD = 9;
/** ...until there are no more than these, so that one who comes and goes does not turn the page over each time. */
export const NO_CROWD = 6;

export function isCrowd(people: number, before: boolean): boolean {
  return people > (before ? NO_CROWD : CROWD);
}

/**
 * The other one of two who see each other: large, with oneself in a corner of the picture. Undefined where a grid was asked
 * for, where a screen is shared, and where no camera is on.
 */
export function otherOfTwo(tiles: readonly TileSpec[], view: View): TileSpec | undefined {
  const faces = tiles.length === 2 && tiles.every(({ source }) => source === 'camera');
  if (!faces || view === 'grid' || tiles.every(({ picture }) => picture === null)) return undefined;
  return tiles.find(({ person }) => !person.isLocal);
}

export interface Wishes {
  readonly view: View;
  /** Key of a tile. */
  readonly pinned: string | null;
  /** Keys of screens that were put back into the grid. */
  readonly putBack: ReadonlySet<string>;
  readonly crowd: boolean;
  /** Identity of who has the floor. */
  readonly speaker: string | null;
}

/** The tile that stands large: the pinned one, else a shared screen, else, in that view, the speaker; null for a grid. */
export function chooseSpotlight(tiles: readonly TileSpec[], wishes: Wishes): TileSpec | null {
  const { view, pinned, putBack, crowd, speaker } = wishes;
  const find = (key: string): TileSpec | undefined => tiles.find((tile) => tile.key === key);
  const kept = pinned === null ? undefined : find(pinned);
  if (kept !== undefined) return kept;
  const screens = tiles.filter(({ source, key }) => source === 'screen_share' && !putBack.has(key));
  const screen = screens.find(({ person }) => !person.isLocal) ?? screens[0];
  if (screen !== undefined) return screen;
  const follows = view === 'speaker' || (view === 'auto' && crowd);
  return (follows && speaker !== null ? find(tileKey('camera', speaker)) : undefined) ?? null;
}
