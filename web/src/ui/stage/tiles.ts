import type { MediaHandle, Person } from '../../client/meeting/meetingState';

export type TileSource = 'camera' | 'screen_share';

export interface TileSpec {
  readonly key: string;
  readonly person: Person;
  readonly source: TileSource;
  readonly picture: MediaHandle | null;
}

/** What stands large, and what stands in the grid or the filmstrip. */
export interface StagePlan {
  readonly spotlight: TileSpec | null;
  readonly others: readonly TileSpec[];
}

/** A pinned tile takes the stage; else a screen share does, somebody else's before one's own. */
export function planStage(people: readonly Person[], pinned: string | null): StagePlan {
  const cameras = people.map((person) => tile(person, 'camera'));
  const screens = people.filter((person) => person.screen !== null).map((person) => tile(person, 'screen_share'));
  const all = [...screens, ...cameras];
  const spotlight =
    all.find(({ key }) => key === pinned) ?? screens.find(({ person }) => !person.isLocal) ?? screens[0] ?? null;
  return { spotlight, others: all.filter((one) => one !== spotlight) };
}

function tile(person: Person, source: TileSource): TileSpec {
  const picture = source === 'camera' ? person.camera : person.screen;
  return { key: `${source}:${person.identity}`, person, source, picture };
}
