import { type CSSProperties, memo, type ReactElement } from 'react';
import type { Person } from '../../client/meeting/meetingState';
import type { TileSource, TileSpec } from '../../client/stage/tiles';
import { QUALITY_WORDS } from '../../client/statistics/linkWords';
import { Icon } from '../icons';
import { Avatar } from './Avatar';
import type { Place } from './layout';
import { QualityMark } from './QualityMark';
import { VideoSurface } from './VideoSurface';

export interface TileProps extends Place {
  tile: TileSpec;
  /** In the spotlight. */
  large: boolean;
  /** In a corner of the one in the spotlight, with which it changes places when it is pressed. */
  inset: boolean;
  pinned: boolean;
  onPin: (key: string | null) => void;
}

/** One person's camera or one shared screen. Tiles are redrawn only when their person or their place changed. */
export const Tile = memo(DrawTile, sameTile);

function DrawTile({ tile, x, y, width, height, large, inset, pinned, onPin }: TileProps): ReactElement {
  const { person, source } = tile;
  const place: CSSProperties = { width, height, transform: `translate(${x}px, ${y}px)` };
  return (
    <article
      className="tile"
      style={place}
      aria-label={describe(tile)}
      data-testid="tile"
      data-identity={person.identity}
      data-source={source}
      data-large={large}
      data-inset={inset}
      data-pinned={pinned}
      data-speaking={source === 'camera' && person.speaking}
      data-muted={person.muted}
    >
      <Picture tile={tile} />
      <Caption person={person} source={source} />
      {inset ? <SwapButton tile={tile} onPin={onPin} /> : <PinButton tile={tile} pinned={pinned} onPin={onPin} />}
    </article>
  );
}

function PinButton({ tile: { person, key }, pinned, onPin }: Pick<TileProps, 'tile' | 'pinned' | 'onPin'>): ReactElement {
  return (
    <button
      type="button"
      className="tile-pin"
      data-pinned={pinned}
      aria-label={pinned ? `Unpin ${person.name}` : `Pin ${person.name}`}
      title={pinned ? 'Unpin' : 'Pin'}
      onClick={() => onPin(pinned ? null : key)}
    >
      <Icon name="pin" size={18} />
    </button>
  );
}

/** All of the corner's tile. */
function SwapButton({ tile: { person, key }, onPin }: Pick<TileProps, 'tile' | 'onPin'>): ReactElement {
  const words = person.isLocal ? 'Show yourself large' : `Show ${person.name} large`;
  // The other one is large by itself.
  const swap = (): void => onPin(person.isLocal ? key : null);
  return <button type="button" className="tile-swap" data-testid="swap" aria-label={words} title={words} onClick={swap} />;
}

function Picture({ tile: { person, source, picture, paused } }: { tile: TileSpec }): ReactElement {
  const face = <Avatar identity={person.identity} name={person.name} />;
  if (picture === null) return face;
  const isCamera = source === 'camera';
  return (
    <>
      <VideoSurface picture={picture} mirrored={isCamera && person.mirrored} fit={isCamera ? 'cover' : 'contain'} />
      {/* Over the picture and not instead of it: the server sends again only to who still has room for it. */}
      {paused && (
        <span className="tile-paused" data-testid="paused">
          {face}
          <span className="tile-paused-words">Low bandwidth</span>
        </span>
      )}
    </>
  );
}

function Caption({ person, source }: { person: Person; source: TileSource }): ReactElement {
  const own = source === 'camera' ? 'You' : 'Your screen';
  const other = source === 'camera' ? person.name : `${person.name}'s screen`;
  return (
    <span className="tile-caption" aria-hidden="true">
      {source === 'camera' && person.muted && <Icon name="microphoneOff" size={16} />}
      <span className="tile-name" dir="auto">{person.isLocal ? own : other}</span>
      {source === 'camera' && <QualityMark quality={person.quality} />}
    </span>
  );
}

function describe({ person, source, picture, paused }: TileSpec): string {
  const who = person.isLocal ? `${person.name} (you)` : person.name;
  const held = paused && picture !== null ? 'picture held back for lack of bandwidth' : null;
  if (source === 'screen_share') return [`${who}, shared screen`, held].filter((fact) => fact !== null).join(', ');
  const weak = person.quality === 'poor' || person.quality === 'lost' ? QUALITY_WORDS[person.quality] : null;
  const facts = [who, picture === null ? 'camera off' : held, person.muted ? 'muted' : null, weak];
  return facts.filter((fact) => fact !== null).join(', ');
}

function sameTile(before: TileProps, after: TileProps): boolean {
  const samePlace =
    before.x === after.x && before.y === after.y && before.width === after.width && before.height === after.height;
  return (
    samePlace &&
    before.tile.person === after.tile.person &&
    before.tile.key === after.tile.key &&
    before.large === after.large &&
    before.inset === after.inset &&
    before.pinned === after.pinned &&
    before.onPin === after.onPin
  );
}
