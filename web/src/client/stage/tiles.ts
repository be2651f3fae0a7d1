import type { MediaHandle, Person } from '../meeting/meetingState';

export type TileSource = 'camera' | 'screen_share';

export interface TileSpec {
  readonly key: string;
  readonly person: Person;
  readonly source: TileSource;
  readonly picture: MediaHandle | null;
  /** The server holds the picture back, as the network does not carry it. */
  readonly paused: boolean;
}

/** Everything that can be looked at: the shared screens, then the people in their order, oneself first. */
export function tilesOf(people: readonly Person[]): readonly TileSpec[] {
  const screens = people.filter((person) => person.screen !== null).map((person) => tile(person, 'screen_share'));
  return [...screens, ...people.map((person) => tile(person, 'camera'))];
}

export function tileKey(source: TileSource, identity: string): string {
  return `${source}:${identity}`;
}

function tile(person: Person, source: TileSource): TileSpec {
  const [picture, paused] =
    source === 'camera' ? [person.camera, person.cameraPaused] : [person.screen, person.screenPaused];
  return { key: tileKey(source, person.identity), person, source, picture, paused };
}
