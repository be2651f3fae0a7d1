import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeRoomName, MAX_ROOM_NAME, normalizeRoomName, WORD_LISTS } from './roomName';

describe('makeRoomName', () => {
  it('draws from lists of 64 different words, so that no word is likelier than another', () => {
    for (const list of WORD_LISTS) expect(new Set(list).size).toBe(64);
  });

  it('is made of the random numbers alone', () => {
    expect(makeRoomName((into) => into.set([0, 0, 1, 1, 7]))).toBe('amber-almond-basil-apple-107');
  });

  it('always gives a name that is already in its normal form', () => {
    const draws = fc.array(fc.nat({ max: 0xffff_ffff }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(draws, (numbers) => {
        const name = makeRoomName((into) => into.set(numbers));
        expect(name).toMatch(/^([a-z]+-){4}\d{3}$/u);
        expect(normalizeRoomName(name)).toBe(name);
      }),
    );
  });
});

describe('normalizeRoomName', () => {
  it.each([
    ['  Team lunch ', 'Team-lunch'],
    ['café', 'café'],
    ['a/b?c#d', 'abcd'],
    ['<script>', 'script'],
  ])('%j becomes %j', (typed, expected) => expect(normalizeRoomName(typed)).toBe(expected));

  it.each(['', '   ', '///', '.', '..', 'x'.repeat(MAX_ROOM_NAME + 1)])('refuses %j', (typed) => {
    expect(normalizeRoomName(typed)).toBeNull();
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const once = normalizeRoomName(typed);
        if (once !== null) expect(normalizeRoomName(once)).toBe(once);
      }),
    );
  });
});
