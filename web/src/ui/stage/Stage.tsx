import { type ReactElement, useState } from 'react';
import type { Person } from '../../client/meeting/meetingState';
import { planGrid } from './grid';
import { Tile } from './Tile';
import { planStage, type TileSpec } from './tiles';
import { useSize } from './useSize';

const GAP = 10;

/** The people: a grid of equals, or one large picture with a filmstrip beside it. */
export function Stage({ people }: { people: readonly Person[] }): ReactElement {
  const [pinned, setPinned] = useState<string | null>(null);
  const { spotlight, others } = planStage(people, pinned);
  if (spotlight === null) return <Grid tiles={others} onPin={setPinned} />;
  return (
    <div className="spotlight">
      <div className="spotlight-main">
        <Tile tile={spotlight} pinned={spotlight.key === pinned} onPin={setPinned} />
      </div>
      {others.length > 0 && (
        <div className="filmstrip" role="group" aria-label="Other people">
          {others.map((tile) => (
            <Tile key={tile.key} tile={tile} pinned={false} onPin={setPinned} />
          ))}
        </div>
      )}
    </div>
  );
}

interface GridProps {
  tiles: readonly TileSpec[];
  onPin: (key: string | null) => void;
}

function Grid({ tiles, onPin }: GridProps): ReactElement {
  const [ref, size] = useSize<HTMLDivElement>();
  const plan = planGrid({ count: tiles.length, width: size.width, height: size.height, gap: GAP });
  return (
    <div ref={ref} className="grid" data-scrolls={plan.scrolls} style={{ gap: GAP }}>
      {plan.columns > 0 &&
        tiles.map((tile) => (
          <Tile
            key={tile.key}
            tile={tile}
            width={plan.tileWidth}
            height={plan.tileHeight}
            pinned={false}
            onPin={onPin}
          />
        ))}
    </div>
  );
}
