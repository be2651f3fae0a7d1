import { type CSSProperties, type ReactElement, useLayoutEffect, useMemo } from 'react';
import { keepPage, type StageModel, type StageState } from '../../client/stage/stageModel';
import type { TileSpec } from '../../client/stage/tiles';
import { useStore } from '../useStore';
import { MOST_TILES } from './grid';
import { layOut, type Place, type StageLayout } from './layout';
import { Pager } from './Pager';
import { Tile } from './Tile';
import { type Size, useSize } from './useSize';
import { useSwipe } from './useSwipe';

const GAP = 10;
/** Pictures at a time while bandwidth is saved. */
const MOST_TILES_SAVING = 9;

export interface StageProps {
  stage: StageModel;
  saving: boolean;
}

/**
 * The people: a grid of equals, or one large picture with the others beside it. All tiles are children of one box and
 * only change their places in it: a picture that comes into the spotlight is not taken down, so it never flashes.
 */
export function Stage({ stage, saving }: StageProps): ReactElement {
  const [ref, size] = useSize<HTMLDivElement>();
  const state = useStore(stage.store);
  const layout = useStageLayout(stage, state, size, saving);
  const { pin, turnPage } = stage;
  useSwipe(ref, turnPage);
  return (
    <div ref={ref} className="stage" data-testid="stage" data-view={viewOf(state)} style={insetStyle(state, layout)}>
      {layout !== null &&
        visibleTiles(state, layout).map(({ tile, place, large }) => (
          <Tile key={tile.key} tile={tile} large={large} inset={state.inset && !large} pinned={tile.key === state.pinned} onPin={pin} {...place} />
        ))}
      {layout?.pager != null && <Pager page={state.page} pages={state.pages} place={layout.pager} onTurn={turnPage} />}
    </div>
  );
}

function viewOf({ spotlight, inset }: StageState): 'grid' | 'pair' | 'speaker' {
  if (spotlight === null) return 'grid';
  return inset ? 'pair' : 'speaker';
}

/** How much of the large picture's foot the corner takes: the name stays beside it. */
function insetStyle({ inset }: StageState, layout: StageLayout | null): CSSProperties | undefined {
  const [place] = inset && layout !== null ? layout.places(1) : [];
  return place === undefined ? undefined : ({ '--inset': `${place.width}px` } as CSSProperties);
}

/** Measures how much fits on a page, and tells the stage so before anything of it is seen. */
function useStageLayout(stage: StageModel, state: StageState, size: Size, saving: boolean): StageLayout | null {
  const spotlight = state.spotlight !== null;
  const { inset } = state;
  const others = state.order.length;
  const { width, height } = size;
  const limit = saving ? MOST_TILES_SAVING : MOST_TILES;
  const layout = useMemo(
    () => (width > 0 && height > 0 ? layOut({ width, height, gap: GAP }, { spotlight, inset, others, limit }) : null),
    [width, height, spotlight, inset, others, limit],
  );
  const pageSize = layout?.pageSize ?? 0;
  useLayoutEffect(() => stage.fit(pageSize), [stage, pageSize]);
  return layout;
}

interface Placed {
  readonly tile: TileSpec;
  readonly place: Place;
  readonly large: boolean;
}

/** In the order of the tiles and not of their places: no element ever moves within the document. */
function visibleTiles(state: StageState, layout: StageLayout): readonly Placed[] {
  const { tiles, spotlight, order } = state;
  const { pageSize } = layout;
  // The stage learns the new size of its pages only after this: nobody may be taken down in between.
  const page = keepPage(state, pageSize);
  const shown = order.slice(page * pageSize, (page + 1) * pageSize);
  const places = new Map(layout.places(shown.length).map((place, at) => [shown[at], place]));
  return tiles.flatMap((tile) => {
    const large = tile.key === spotlight;
    const place = large ? layout.spotlight : places.get(tile.key);
    return place == null ? [] : [{ tile, place, large }];
  });
}
