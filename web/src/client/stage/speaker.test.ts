import { describe, expect, it } from 'vitest';
import type { Person } from '../meeting/meetingState';
import { EMPTY_FLOOR, type Floor, giveFloor, LEAST_STAY_MS, nextLookMs, speakersAt, SPEECH_MS, TAKE_OVER_MS } from './speaker';

const ME = 'me';

function room(identities: string, talking: string): readonly Person[] {
  const nothing = { camera: null, screen: null, cameraPaused: false, screenPaused: false, mirrored: false, sounds: [] };
  const fixed = { joinedAtMs: 0, muted: false, quality: 'good' as const, ...nothing };
  return identities.split(' ').map((identity) => {
    const speaking = talking.split(' ').includes(identity);
    return { identity, name: identity, isLocal: identity === ME, speaking, ...fixed };
  });
}

/** Who has the floor after each step, looking again whenever the floor itself asks for it. */
class Meeting {
  #floor: Floor = EMPTY_FLOOR;
  #nowMs = 0;
  #people: readonly Person[] = [];

  hear(talking: string, identities = 'me a b c'): this {
    this.#people = room(identities, talking);
    this.#floor = giveFloor(this.#floor, this.#people, this.#nowMs);
    return this;
  }

  pass(ms: number): this {
    const end = this.#nowMs + ms;
    for (let next = nextLookMs(this.#floor, this.#nowMs); next !== null && next <= end; next = nextLookMs(this.#floor, this.#nowMs)) {
      this.#nowMs = next;
      this.#floor = giveFloor(this.#floor, this.#people, next);
    }
    this.#nowMs = end;
    return this;
  }

  get speaker(): string | null {
    return this.#floor.speaker;
  }

  get speakers(): string[] {
    return [...speakersAt(this.#floor, this.#nowMs)];
  }
}

describe('giveFloor', () => {
  it('shows somebody else while nobody has spoken, and oneself only when alone', () => {
    expect(new Meeting().hear('').speaker).toBe('a');
    expect(new Meeting().hear('me', 'me').speaker).toBe('me');
    expect(new Meeting().hear('me', 'me').hear('', 'me a').speaker).toBe('a');
  });

  it('gives it to the first speaker at once', () => {
    expect(new Meeting().hear('').pass(100).hear('b').speaker).toBe('b');
  });

  it('stays with whoever was looked at already when they begin to speak', () => {
    expect(new Meeting().hear('').hear('a').pass(5_000).hear('b').speaker).toBe('a');
  });

  it('never gives it to oneself', () => {
    expect(new Meeting().hear('b').hear('me').pass(60_000).speaker).toBe('b');
  });

  it('stays through a cough', () => {
    const meeting = new Meeting().hear('b').pass(10_000).hear('').pass(1_000).hear('c').pass(SPEECH_MS - 1).hear('');
    expect(meeting.pass(10_000).speaker).toBe('b');
  });

  it('passes to whoever goes on speaking, without any news', () => {
    const meeting = new Meeting().hear('b').pass(10_000).hear('c').pass(SPEECH_MS - 1);
    expect(meeting.speaker).toBe('b');
    expect(meeting.pass(1).speaker).toBe('c');
  });

  it('stays with somebody for a while', () => {
    const meeting = new Meeting().hear('a').hear('b').pass(LEAST_STAY_MS - 1);
    expect(meeting.speaker).toBe('a');
    expect(meeting.pass(1).speaker).toBe('b');
  });

  it('stays with a speaker whom others interrupt, but not for ever', () => {
    const meeting = new Meeting().hear('a').pass(5_000).hear('a b').pass(TAKE_OVER_MS - 1);
    expect(meeting.speaker).toBe('a');
    expect(meeting.pass(1).speaker).toBe('b');
    expect(meeting.pass(TAKE_OVER_MS - 1).speaker).toBe('b');
  });

  it('goes on to somebody when the speaker leaves', () => {
    expect(new Meeting().hear('b').hear('c', 'me a c').speaker).toBe('c');
    expect(new Meeting().hear('b').hear('', 'me a c').speaker).toBe('a');
  });
});

describe('speakersAt', () => {
  it('counts only longer speech', () => {
    const meeting = new Meeting().hear('a me').pass(SPEECH_MS - 1);
    expect(meeting.speakers).toEqual([]);
    expect(meeting.pass(1).speakers).toEqual(['a']);
  });
});
