import { describe, expect, it } from 'vitest';
import type { MediaHandle, Person } from '../../client/meeting/meetingState';
import { planStage } from './tiles';

const PICTURE: MediaHandle = { attach: () => undefined, detach: () => undefined };

function person(identity: string, part: Partial<Person> = {}): Person {
  const nothing = { camera: null, screen: null, mirrored: false, sounds: [] };
  return { identity, name: identity, isLocal: false, joinedAtMs: 0, muted: true, speaking: false, quality: 'good', ...nothing, ...part };
}

describe('planStage', () => {
  it('is a grid while nobody shares', () => {
    const plan = planStage([person('a'), person('b')], null);
    expect(plan.spotlight).toBeNull();
    expect(plan.others.map(({ key }) => key)).toEqual(['camera:a', 'camera:b']);
  });

  it('puts a shared screen on the stage and keeps its owner in the filmstrip', () => {
    const plan = planStage([person('a'), person('b', { screen: PICTURE })], null);
    expect(plan.spotlight?.key).toBe('screen_share:b');
    expect(plan.others.map(({ key }) => key)).toEqual(['camera:a', 'camera:b']);
  });

  it("prefers somebody else's screen to one's own", () => {
    const plan = planStage([person('me', { isLocal: true, screen: PICTURE }), person('b', { screen: PICTURE })], null);
    expect(plan.spotlight?.key).toBe('screen_share:b');
    expect(plan.others.map(({ key }) => key)).toContain('screen_share:me');
  });

  it('lets a pinned face stand before a shared screen', () => {
    expect(planStage([person('a'), person('b', { screen: PICTURE })], 'camera:a').spotlight?.key).toBe('camera:a');
  });

  it('forgets a pin whose person has gone', () => {
    expect(planStage([person('a')], 'camera:gone').spotlight).toBeNull();
  });
});
