import { describe, expect, it } from 'vitest';
import type { MediaHandle, Person } from '../meeting/meetingState';
import type { View } from '../memory/preferences';
import { SPEECH_MS } from './speaker';
import { StageModel } from './stageModel';

const PICTURE: MediaHandle = { attach: () => undefined, detach: () => undefined };

class Room {
  people: readonly Person[];
  view: View = 'grid';
  nowMs = 0;
  readonly stage = new StageModel({
    people: () => this.people,
    preferences: () => ({ view: this.view }),
    nowMs: () => this.nowMs,
  });

  constructor(count: number, pageSize: number) {
    const nothing = { camera: null, screen: null, cameraPaused: false, screenPaused: false, mirrored: false, sounds: [] };
    const fixed = { joinedAtMs: 0, muted: false, speaking: false, quality: 'good' as const, ...nothing };
    this.people = Array.from({ length: count }, (_, at) => ({ identity: `p${at}`, name: `p${at}`, isLocal: at === 0, ...fixed }));
    this.stage.update();
    this.stage.fit(pageSize);
  }

  change(identity: string, part: Partial<Person>): void {
    this.people = this.people.map((person) => (person.identity === identity ? { ...person, ...part } : person));
    this.stage.update();
  }

  speak(identity: string): void {
    this.people = this.people.map((person) => ({ ...person, speaking: person.identity === identity }));
    this.stage.update();
    this.nowMs += SPEECH_MS + 2_000;
    this.stage.update();
  }

  leave(identity: string): void {
    this.people = this.people.filter((person) => person.identity !== identity);
    this.stage.update();
  }

  /** Numbers of the people on the page that is looked at. */
  get page(): string {
    const { order, page, pageSize } = this.stage.store.get();
    return order.slice(page * pageSize, (page + 1) * pageSize).map((key) => key.replace(/^.*:p/u, '')).join(' ');
  }

  get spotlight(): string | null {
    return this.stage.store.get().spotlight;
  }
}

describe('StageModel', () => {
  it('has as many pages as needed, and stays within them', () => {
    const room = new Room(10, 4);
    expect(room.stage.store.get().pages).toBe(3);
    room.stage.turnPage(-1);
    expect(room.page).toBe('0 1 2 3');
    for (let times = 0; times < 5; times += 1) room.stage.turnPage(1);
    expect(room.page).toBe('8 9');
    ['p8', 'p9', 'p7'].forEach((identity) => room.leave(identity));
    expect(room.page).toBe('4 5 6');
  });

  it('keeps the first tile in view when the window gets another size', () => {
    const room = new Room(12, 4);
    room.stage.turnPage(1);
    expect(room.page).toBe('4 5 6 7');
    room.stage.fit(2);
    expect(room.page).toBe('4 5');
    room.stage.fit(12);
    expect(room.page).toBe('0 1 2 3 4 5 6 7 8 9 10 11');
  });

  it('brings a speaker to the first page while one looks at that, and not before', () => {
    const room = new Room(10, 4);
    room.stage.turnPage(1);
    room.speak('p5');
    expect(room.page).toBe('4 5 6 7');
    room.stage.turnPage(-1);
    expect(room.page).toBe('0 1 2 5');
  });

  it('changes two places when the speaker changes, and no others', () => {
    const room = new Room(10, 9);
    room.view = 'speaker';
    room.speak('p3');
    expect([room.spotlight, room.page]).toEqual(['camera:p3', '0 1 2 4 5 6 7 8 9']);
    room.speak('p7');
    expect([room.spotlight, room.page]).toEqual(['camera:p7', '0 1 2 4 5 6 3 8 9']);
  });

  it('unpins whoever leaves', () => {
    const room = new Room(4, 9);
    room.stage.pin('camera:p2');
    expect([room.spotlight, room.stage.store.get().pinned]).toEqual(['camera:p2', 'camera:p2']);
    room.leave('p2');
    expect([room.spotlight, room.stage.store.get().pinned]).toEqual([null, null]);
  });

  it('turns to the page of whoever is unpinned', () => {
    const room = new Room(10, 4);
    room.stage.pin('camera:p9');
    room.stage.pin(null);
    expect(room.page).toContain('9');
  });

  it('goes back to the grid from a shared screen, until another one is shared', () => {
    const room = new Room(3, 9);
    room.change('p1', { screen: PICTURE });
    expect(room.spotlight).toBe('screen_share:p1');
    room.stage.clearSpotlight();
    expect(room.spotlight).toBeNull();
    room.change('p2', { screen: PICTURE });
    expect(room.spotlight).toBe('screen_share:p2');
    room.stage.clearSpotlight();
    room.change('p1', { screen: null });
    room.change('p1', { screen: PICTURE });
    expect(room.spotlight).toBe('screen_share:p1');
  });

  it('asks to be called when a talker may take the floor', () => {
    const room = new Room(4, 9);
    room.view = 'speaker';
    room.speak('p1');
    room.people = room.people.map((person) => ({ ...person, speaking: person.identity === 'p2' }));
    room.stage.update();
    const next = room.stage.nextUpdateMs;
    expect(next).not.toBeNull();
    room.nowMs = next ?? 0;
    room.stage.update();
    expect(room.spotlight).toBe('camera:p2');
  });

  it('forgets no talker when time passes between its looks at the clock', () => {
    const room = new Room(4, 9);
    room.view = 'speaker';
    room.speak('p1');
    room.people = room.people.map((person) => ({ ...person, speaking: person.identity === 'p2' }));
    room.stage.update();
    const due = room.stage.nextUpdateMs ?? 0;
    // A timer may come a moment early...
    room.nowMs = due - 0.1;
    room.stage.update();
    // ...and the time be over once the next one is asked for.
    room.nowMs = due;
    expect(room.stage.nextUpdateMs).toBe(due);
  });

  it('loses nobody when the one in the spotlight leaves', () => {
    const room = new Room(6, 9);
    room.view = 'speaker';
    room.speak('p3');
    room.leave('p3');
    expect([room.spotlight, room.page]).toEqual(['camera:p1', '0 2 4 5']);
    room.stage.clearSpotlight();
    room.view = 'grid';
    room.stage.update();
    expect(room.page).toBe('0 1 2 4 5');
  });
});

describe('two who look at each other', () => {
  const two = (view: View): { people: Person[]; stage: StageModel } => {
    const people = new Room(2, 4).people.map((person) => ({ ...person, camera: PICTURE }));
    const stage = new StageModel({ people: () => people, preferences: () => ({ view }), nowMs: () => 0, pairs: true });
    stage.update();
    return { people, stage };
  };
  const seen = (stage: StageModel): unknown => {
    const { spotlight, inset, order } = stage.store.get();
    return { spotlight, inset, order };
  };
  const OTHER_LARGE = { spotlight: 'camera:p1', inset: true, order: ['camera:p0'] };

  it('each fill the stage of the other, and change places with oneself when pressed', () => {
    const { stage } = two('auto');
    expect(seen(stage)).toEqual(OTHER_LARGE);
    stage.pin('camera:p0');
    expect(seen(stage)).toEqual({ spotlight: 'camera:p0', inset: true, order: ['camera:p1'] });
    stage.pin(null);
    expect(seen(stage)).toEqual(OTHER_LARGE);
  });

  it('stand beside each other where a grid was asked for, or no camera is on', () => {
    expect(seen(two('grid').stage)).toMatchObject({ spotlight: null, inset: false });
    const { people, stage } = two('auto');
    people.splice(0, 2, ...people.map((person) => ({ ...person, camera: null })));
    stage.update();
    expect(seen(stage)).toMatchObject({ spotlight: null, inset: false });
  });

  it('give the stage to a shared screen, and to a third person', () => {
    const { people, stage } = two('auto');
    const [me, other] = people as [Person, Person];
    people.splice(1, 1, { ...other, screen: PICTURE });
    stage.update();
    expect(seen(stage)).toMatchObject({ spotlight: 'screen_share:p1', inset: false });
    people.splice(1, 1, other, { ...me, identity: 'p2', isLocal: false });
    stage.update();
    expect(seen(stage)).toMatchObject({ spotlight: null, inset: false });
  });
});
