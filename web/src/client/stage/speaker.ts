import type { Person } from '../meeting/meetingState';

/**
 * Who has the floor. The server names somebody a speaker from the first sound on and for a second after the last, so a
 * cough speaks for a bit more than a second: only longer speech counts.
 */
export const SPEECH_MS = 1_500;
/** Nobody leaves the floor sooner than this. */
export const LEAST_STAY_MS = 2_000;
/** Who talks on gives way only to somebody who has talked along for this long. */
export const TAKE_OVER_MS = 6_000;

export interface Floor {
  /** Identity of the person to look at; never one's own while somebody else is there. */
  readonly speaker: string | null;
  readonly sinceMs: number;
  /** False while the floor was given to somebody only because nobody has spoken yet. */
  readonly earned: boolean;
  /** Who speaks now, one's own voice left out, and since when. */
  readonly talking: ReadonlyMap<string, number>;
  /** When those who were heard before and are still here spoke last. */
  readonly spokeMs: ReadonlyMap<string, number>;
}

export const EMPTY_FLOOR: Floor = { speaker: null, sinceMs: 0, earned: false, talking: new Map(), spokeMs: new Map() };

/** The floor after looking at the people at `nowMs`. */
export function giveFloor(before: Floor, people: readonly Person[], nowMs: number): Floor {
  const heard = listen(before, people, nowMs);
  const present = people.some(({ identity, isLocal }) => identity === before.speaker && !isLocal);
  const next = first(heard, (identity) => !present || dueMs(heard, identity) <= nowMs);
  if (next !== null) return { ...heard, speaker: next, sinceMs: nowMs, earned: true };
  if (present) return heard;
  const waiting = people.find(({ isLocal }) => !isLocal) ?? people[0];
  return { ...heard, speaker: waiting?.identity ?? null, sinceMs: nowMs, earned: false };
}

/** Takes down who speaks; who has the floor stays as it was. */
function listen(before: Floor, people: readonly Person[], nowMs: number): Floor {
  const talking = new Map<string, number>();
  const spokeMs = new Map<string, number>();
  for (const { identity, speaking, isLocal } of people) {
    if (isLocal) continue;
    const last = speaking ? nowMs : before.spokeMs.get(identity);
    if (last !== undefined) spokeMs.set(identity, last);
    if (speaking) talking.set(identity, before.talking.get(identity) ?? nowMs);
  }
  const earned = before.earned || (before.speaker !== null && talking.has(before.speaker));
  return { ...before, talking, spokeMs, earned };
}

/** Those whose speech is more than a cough. */
export function speakersAt({ talking }: Floor, nowMs: number): ReadonlySet<string> {
  return new Set([...talking].flatMap(([identity, sinceMs]) => (sinceMs + SPEECH_MS <= nowMs ? [identity] : [])));
}

/** When to look again although nothing was heard; null: not before the next news. */
export function nextLookMs(floor: Floor, nowMs: number): number | null {
  const due = [...floor.talking].flatMap(([identity, sinceMs]) =>
    identity === floor.speaker ? [] : [dueMs(floor, identity), sinceMs + SPEECH_MS],
  );
  const ahead = due.filter((ms) => ms > nowMs);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

/** When somebody who talks may take the floor, if everybody goes on like this. */
function dueMs({ speaker, sinceMs, earned, talking }: Floor, identity: string): number {
  const since = talking.get(identity) ?? Infinity;
  if (!earned) return since;
  const rivals = speaker !== null && talking.has(speaker);
  return rivals ? Math.max(since, sinceMs) + TAKE_OVER_MS : Math.max(since + SPEECH_MS, sinceMs + LEAST_STAY_MS);
}

/** The one who has been talking longest among those who may have the floor. */
function first({ speaker, talking }: Floor, may: (identity: string) => boolean): string | null {
  const able = [...talking].filter(([identity]) => identity !== speaker && may(identity));
  able.sort(([, one], [, other]) => one - other);
  return able[0]?.[0] ?? null;
}
