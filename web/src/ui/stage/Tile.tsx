import { type CSSProperties, memo, type ReactElement } from 'react';
import type { Person } from '../../client/meeting/meetingState';
import { Icon } from '../icons';
import { Avatar } from './Avatar';
import type { TileSource, TileSpec } from './tiles';
import { VideoSurface } from './VideoSurface';

export interface TileProps {
  tile: TileSpec;
  width?: number;
  height?: number;
  pinned: boolean;
  onPin: (key: string | null) => void;
}

/** One person's camera or one shared screen. Tiles are redrawn only when their person changed. */
export const Tile = memo(DrawTile, sameTile);

function DrawTile({ tile, width, height, pinned, onPin }: TileProps): ReactElement {
  const { person, source, picture, key } = tile;
  const size: CSSProperties = width === undefined ? {} : { width, height };
  const isCamera = source === 'camera';
  return (
    <article
      className="tile"
      style={size}
      aria-label={describe(person, source)}
      data-testid="tile"
      data-identity={person.identity}
      data-source={source}
      data-speaking={isCamera && person.speaking}
      data-muted={person.muted}
    >
      {picture === null ? (
        <Avatar identity={person.identity} name={person.name} />
      ) : (
        <VideoSurface
          picture={picture}
          mirrored={isCamera && person.mirrored}
          fit={isCamera ? 'cover' : 'contain'}
        />
      )}
      <Caption person={person} source={source} />
      <button
        type="button"
        className="tile-pin"
        data-pinned={pinned}
        aria-label={pinned ? `Unpin ${person.name}` : `Pin ${person.name}`}
        onClick={() => onPin(pinned ? null : key)}
      >
        <Icon name={pinned ? 'close' : 'pin'} size={18} />
      </button>
    </article>
  );
}

function Caption({ person, source }: { person: Person; source: TileSource }): ReactElement {
  const own = source === 'camera' ? 'You' : 'Your screen';
  const other = source === 'camera' ? person.name : `${person.name}'s screen`;
  return (
    <span className="tile-caption" aria-hidden="true">
      {source === 'camera' && person.muted && <Icon name="microphoneOff" size={16} />}
      {(person.quality === 'poor' || person.quality === 'lost') && <Icon name="weak" size={16} />}
      <span className="tile-name" dir="auto">{person.isLocal ? own : other}</span>
    </span>
  );
}

function describe(person: Person, source: TileSource): string {
  const who = person.isLocal ? `${person.name} (you)` : person.name;
  if (source === 'screen_share') return `${who}, shared screen`;
  const facts = [who, person.camera === null ? 'camera off' : null, person.muted ? 'muted' : null];
  if (person.quality === 'poor' || person.quality === 'lost') facts.push('weak connection');
  return facts.filter((fact) => fact !== null).join(', ');
}

function sameTile(before: TileProps, after: TileProps): boolean {
  return (
    before.tile.person === after.tile.person &&
    before.tile.key === after.tile.key &&
    before.width === after.width &&
    before.height === after.height &&
    before.pinned === after.pinned &&
    before.onPin === after.onPin
  );
}
