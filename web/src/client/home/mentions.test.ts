import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completed, mentionsIn, mentionSpans, suggestionsFor, unfinishedMention } from './mentions';

const ANN = { id: 'ann', name: 'Ann' };
const ANNA = { id: 'anna', name: 'Anna Maria' };
const BEN = { id: 'ben', name: 'Ben' };
const OTHER_BEN = { id: 'ben-2', name: 'ben' };
const ALL = [ANN, ANNA, BEN, OTHER_BEN];

describe('mentionsIn', () => {
  it('knows members by their names, in any case, once each', () => {
    expect(mentionsIn('@ann, have you seen @Anna Maria? @Ann!', ALL)).toEqual(['ann', 'anna']);
  });

  it('takes the longest name, and no part of a word', () => {
    expect(mentionsIn('@Anna Marianne', ALL)).toEqual([]);
    expect(mentionsIn('@Anna Maria', ALL)).toEqual(['anna']);
  });

  it('means everyone of the same name', () => {
    expect(mentionsIn('@Ben', ALL)).toEqual(['ben', 'ben-2']);
  });

  it('leaves addresses of electronic mail alone', () => {
    expect(mentionsIn('write to me@ann.example', ALL)).toEqual([]);
  });

  it('says where they stand', () => {
    expect(mentionSpans('hi @Ann.', ALL)).toEqual([{ from: 3, to: 7, ids: ['ann'] }]);
  });
});

describe('unfinishedMention', () => {
  it('is what stands between an "@" and the caret', () => {
    expect(unfinishedMention('hi @an', 6)).toEqual({ at: 3, typed: 'an' });
    expect(unfinishedMention('@', 1)).toEqual({ at: 0, typed: '' });
    expect(unfinishedMention('@anna ma', 8)).toEqual({ at: 0, typed: 'anna ma' });
  });

  it('is nothing without an "@" at the beginning of a word', () => {
    for (const text of ['hi', 'me@ann', '@ ', '@ann\nhi']) expect(unfinishedMention(text, text.length)).toBeNull();
  });
});

describe('suggestionsFor', () => {
  it('finds by the beginning of any word, the first one first, without accents', () => {
    const zoe = { id: 'zoe', name: 'Zoë Annandale' };
    expect(suggestionsFor('an', [zoe, BEN, ANNA, ANN]).map(({ id }) => id)).toEqual(['ann', 'anna', 'zoe']);
    expect(suggestionsFor('zoe', [zoe])).toEqual([zoe]);
  });
});

describe('completed', () => {
  it('puts the whole name and the caret behind it', () => {
    expect(completed('hi @an, look', { at: 3, typed: 'an' }, 'Ann')).toEqual({ text: 'hi @Ann , look', caret: 8 });
    expect(completed('@a now', { at: 0, typed: 'a' }, 'Ann')).toEqual({ text: '@Ann now', caret: 5 });
  });

  it('yields a text in which that member is meant, whatever stands around', () => {
    const around = fc.string({ maxLength: 20 });
    fc.assert(
      fc.property(around, around, fc.constantFrom(...ALL), (before, after, member) => {
        const begun = `${before} @${member.name.slice(0, 1)}`;
        const unfinished = unfinishedMention(begun + after, begun.length);
        expect(unfinished).not.toBeNull();
        if (unfinished !== null) expect(mentionsIn(completed(begun + after, unfinished, member.name).text, [member])).toEqual([member.id]);
      }),
    );
  });
});
