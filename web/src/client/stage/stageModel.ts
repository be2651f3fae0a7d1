import type { Person } from '../meeting/meetingState';
import type { Preferences } from '../memory/preferences';
import { type ReadableStore, Store } from '../store';
import { keepOrder, type Order, promotions, swap } from './order';
import { EMPTY_FLOOR, type Floor, giveFloor, nextLookMs, speakersAt } from './speaker';
import { chooseSpotlight, isCrowd, otherOfTwo } from './spotlight';
import { tileKey, type TileSpec, tilesOf } from './tiles';

/** What the stage shows: a grid of equals, or one large tile and the others beside it; page by page. */
export interface StageState {
  readonly tiles: readonly TileSpec[];
  readonly spotlight: string | null;
  /** The only other tile stands in a corner of the one in the spotlight. */
  readonly inset: boolean;
  readonly pinned: string | null;
  /** All tiles but the one in the spotlight. */
  readonly order: Order;
  readonly page: number;
  readonly pages: number;
  /** Tiles per page, as much as the page has room for; 0 before it was measured. */
  readonly pageSize: number;
}

export const EMPTY_STAGE: StageState = {
  tiles: [], spotlight: null, inset: false, pinned: null, order: [], page: 0, pages: 1, pageSize: 0,
};

/** The page of another size that shows the first tile of the page before. */
export function keepPage({ page, pageSize }: Pick<StageState, 'page' | 'pageSize'>, newSize: number): number {
  return newSize > 0 ? Math.floor((page * pageSize) / newSize) : 0;
}

export interface StageSources {
  readonly people: () => readonly Person[];
  readonly preferences: () => Pick<Preferences, 'view'>;
  readonly nowMs: () => number;
  /** Two people look at each other, as in a call: each fills the other's stage. */
  readonly pairs?: boolean;
}

/** Decides who stands where. Keeps what must not jump: the order of the tiles, the pin, the page, who has the floor. */
export class StageModel {
  readonly store: ReadableStore<StageState>;
  readonly #store = new Store<StageState>(EMPTY_STAGE);
  readonly #sources: StageSources;
  #floor: Floor = EMPTY_FLOOR;
  #lookedMs = 0;
  #order: Order = [];
  #putBack: ReadonlySet<string> = new Set();
  #crowd = false;
  #pinned: string | null = null;
  #page = 0;
  #pageSize = 0;

  constructor(sources: StageSources) {
    this.#sources = sources;
    this.store = this.#store;
  }

  /** When `update` must be called although nothing changed; null: not before the next change. */
  get nextUpdateMs(): number | null {
    // Seen from the last look: what has come due since would otherwise be forgotten.
    return nextLookMs(this.#floor, this.#lookedMs);
  }

  /** Null unpins; the page is then turned to where the tile goes, so that it does not vanish. */
  readonly pin = (key: string | null): void => {
    const before = this.#pinned;
    this.#pinned = key;
    this.update();
    const at = before === null || key !== null ? -1 : this.#store.get().order.indexOf(before);
    if (at < 0) return;
    this.#page = Math.floor(at / Math.max(1, this.#pageSize));
    this.update();
  };

  readonly turnPage = (by: number): void => {
    this.#page += by;
    this.update();
  };

  /** Tells how many tiles, beside a spotlight, a page has room for. */
  fit(pageSize: number): void {
    if (pageSize === this.#pageSize) return;
    this.#page = keepPage({ page: this.#page, pageSize: this.#pageSize }, pageSize);
    this.#pageSize = pageSize;
    this.update();
  }

  /** Back to the grid: whatever has taken the stage gives it up. The preferred view is the caller's. */
  clearSpotlight(): void {
    this.#pinned = null;
    this.#putBack = new Set(this.#store.get().tiles.flatMap(({ key, source }) => (source === 'screen_share' ? [key] : [])));
    this.update();
  }

  /** Screens that were put back may take the stage again. */
  allowScreens(): void {
    this.#putBack = new Set();
    this.update();
  }

  /** Looks at the people, the preferences and the time again. */
  update(): void {
    const people = this.#sources.people();
    const tiles = tilesOf(people);
    const before = this.#store.get();
    this.#lookedMs = this.#sources.nowMs();
    this.#floor = giveFloor(this.#floor, people, this.#lookedMs);
    this.#crowd = isCrowd(people.length, this.#crowd);
    this.#forgetGone(tiles);
    const other = this.#sources.pairs === true ? otherOfTwo(tiles, this.#sources.preferences().view) : undefined;
    const spotlight = this.#pinned ?? other?.key ?? this.#chooseSpotlight(tiles);
    const inset = other !== undefined;
    this.#order = keepOrder(this.#order, tiles);
    this.#giveBackPlace(before.spotlight, spotlight);
    this.#store.set(this.#turnTo({ ...before, tiles, spotlight, inset, pinned: this.#pinned, pageSize: this.#pageSize }));
  }

  #forgetGone(tiles: readonly TileSpec[]): void {
    const present = new Set(tiles.map(({ key }) => key));
    if (this.#pinned !== null && !present.has(this.#pinned)) this.#pinned = null;
    // A screen that is shared anew is news again.
    if ([...this.#putBack].some((key) => !present.has(key))) {
      this.#putBack = new Set([...this.#putBack].filter((key) => present.has(key)));
    }
  }

  #chooseSpotlight(tiles: readonly TileSpec[]): string | null {
    const { view } = this.#sources.preferences();
    const [pinned, putBack, crowd] = [this.#pinned, this.#putBack, this.#crowd];
    return chooseSpotlight(tiles, { view, pinned, putBack, crowd, speaker: this.#floor.speaker })?.key ?? null;
  }

  /** Who leaves the spotlight takes the place of who comes into it, so that nobody else moves. */
  #giveBackPlace(before: string | null, now: string | null): void {
    const isFace = (key: string | null): key is string => key?.startsWith('camera:') === true && this.#order.includes(key);
    if (isFace(before) && isFace(now)) this.#order = swap(this.#order, before, now);
  }

  #turnTo(state: StageState): StageState {
    const others = (): Order => this.#order.filter((key) => key !== state.spotlight);
    const pageSize = Math.max(1, this.#pageSize);
    const pages = Math.max(1, Math.ceil(others().length / pageSize));
    this.#page = Math.min(Math.max(0, this.#page), pages - 1);
    if (this.#pageSize > 0) {
      for (const [comer, goer] of promotions({ order: others(), pageSize, page: this.#page }, this.#voices(state.tiles))) {
        this.#order = swap(this.#order, comer, goer);
      }
    }
    const order = others();
    const unmoved = order.length === state.order.length && order.every((key, at) => key === state.order[at]);
    return { ...state, order: unmoved ? state.order : order, page: this.#page, pages };
  }

  #voices(tiles: readonly TileSpec[]): Parameters<typeof promotions>[1] {
    const { spokeMs } = this.#floor;
    const identities = new Map(tiles.map(({ key, person }) => [key, person.identity]));
    const fixed = tiles.filter(({ source, person }) => source === 'screen_share' || person.isLocal);
    const speaking = [...speakersAt(this.#floor, this.#lookedMs)].map((identity) => tileKey('camera', identity));
    return {
      speaking: new Set(speaking),
      spokeMs: (key) => spokeMs.get(identities.get(key) ?? ''),
      fixed: new Set(fixed.map(({ key }) => key)),
    };
  }
}
