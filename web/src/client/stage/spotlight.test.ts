import { describe, expect, it } from 'vitest';
import type { MediaHandle, Person } from '../meeting/meetingState';
import { chooseSpotlight, CROWD, isCrowd, NO_CROWD, type Wishes } from './spotlight';
import { tilesOf } from './tiles';

const PICTURE: MediaHandle = { attach: () => undefined, detach: () => undefined };
const NOTHING: Wishes = { view: 'auto', pinned: null, putBack: new Set(), crowd: false, speaker: 'b' };

function person(identity: string, part: Partial<Person> = {}): Person {
  const nothing = { camera: null, screen: null, cameraPaused: false, screenPaused: false, mirrored: false, sounds: [] };
  return { identity, name: identity, isLocal: false, joinedAtMs: 0, muted: true, speaking: false, quality: 'good', ...nothing, ...part };
}

function choose(people: readonly Person[], wishes: Partial<Wishes> = {}): string | undefined {
  return chooseSpotlight(tilesOf(people), { ...NOTHING, ...wishes })?.key;
}

const SHARING = person('b', { screen: PICTURE });

describe('tilesOf', () => {
  it('keeps the camera of whoever shares a screen', () => {
    expect(tilesOf([person('a'), SHARING]).map(({ key }) => key)).toEqual(['screen_share:b', 'camera:a', 'camera:b']);
  });
});

describe('chooseSpotlight', () => {
  it('leaves a few people in a grid while nobody shares', () => {
    expect(choose([person('a'), person('b')])).toBeUndefined();
  });

  it('follows the speaker in a crowd, and wherever one wants to', () => {
    expect(choose([person('a'), person('b')], { crowd: true })).toBe('camera:b');
    expect(choose([person('a'), person('b')], { view: 'speaker' })).toBe('camera:b');
    expect(choose([person('a'), person('b')], { view: 'grid', crowd: true })).toBeUndefined();
  });

  it('puts a shared screen on the stage, in the grid view too', () => {
    expect(choose([person('a'), SHARING], { view: 'grid' })).toBe('screen_share:b');
  });

  it("prefers somebody else's screen to one's own", () => {
    const me = person('me', { isLocal: true, screen: PICTURE });
    expect(choose([me, person('b')])).toBe('screen_share:me');
    expect(choose([me, SHARING])).toBe('screen_share:b');
  });

  it('does not insist on a screen that was put back', () => {
    expect(choose([person('a'), SHARING], { putBack: new Set(['screen_share:b']) })).toBeUndefined();
  });

  it('lets a pinned face stand before a shared screen', () => {
    expect(choose([person('a'), SHARING], { pinned: 'camera:a' })).toBe('camera:a');
  });

  it('forgets a pin whose person has gone', () => {
    expect(choose([person('a')], { pinned: 'camera:gone' })).toBeUndefined();
  });
});

describe('isCrowd', () => {
  it('does not turn back for the one who comes and goes', () => {
    expect(isCrowd(CROWD, false)).toBe(false);
    expect(isCrowd(CROWD + 1, false)).toBe(true);
    expect(isCrowd(CROWD, true)).toBe(true);
    expect(isCrowd(NO_CROWD, true)).toBe(false);
  });
});
