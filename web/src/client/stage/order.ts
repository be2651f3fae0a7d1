import type { TileSpec } from './tiles';

/** Tile keys in the order of the pages. */
export type Order = readonly string[];

/** Keeps everybody's place: those who went are left out, new faces come last, and new screens first. */
export function keepOrder(before: Order, tiles: readonly TileSpec[]): Order {
  const present = new Set(tiles.map(({ key }) => key));
  const known = new Set(before);
  const fresh = tiles.filter(({ key }) => !known.has(key));
  if (fresh.length === 0 && before.length === present.size) return before;
  const keysOf = (source: TileSpec['source']): string[] =>
    fresh.filter((tile) => tile.source === source).map(({ key }) => key);
  return [...keysOf('screen_share'), ...before.filter((key) => present.has(key)), ...keysOf('camera')];
}

/** Two change places, all others keep theirs. */
export function swap(order: Order, one: string, other: string): Order {
  return order.map((key) => (key === one ? other : key === other ? one : key));
}

export interface Pages {
  /** The tiles on the pages: all but the one on the stage. */
  readonly order: Order;
  readonly pageSize: number;
  /** The page that is being looked at, from 0. */
  readonly page: number;
}

export interface Voices {
  /** Keys of those who speak now. */
  readonly speaking: ReadonlySet<string>;
  /** When a key's person spoke last; undefined for who never did. */
  readonly spokeMs: (key: string) => number | undefined;
  /** Tiles that never make room: screens and oneself. */
  readonly fixed: ReadonlySet<string>;
}

/**
 * The changes of places, as pairs, that bring speakers onto the first page. Each takes the place of whoever on it has
 * been silent longest; all others stay where they are. Nobody is taken from a later page that is being looked at.
 */
export function promotions({ order, pageSize, page }: Pages, voices: Voices): readonly (readonly [string, string])[] {
  const { speaking, spokeMs, fixed } = voices;
  const pageOf = (at: number): number => Math.floor(at / pageSize);
  const comers = order.filter((key, at) => speaking.has(key) && pageOf(at) > 0 && pageOf(at) !== page);
  const silent = order.slice(0, pageSize).filter((key) => !speaking.has(key) && !fixed.has(key));
  // Of those who never spoke the last one goes: the eye is on the first.
  silent.reverse().sort((one, other) => (spokeMs(one) ?? 0) - (spokeMs(other) ?? 0));
  return comers.flatMap((comer, at) => {
    const goer = silent[at];
    return goer === undefined ? [] : [[comer, goer] as const];
  });
}
