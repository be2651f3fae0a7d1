import { describe, expect, it } from 'vitest';
import { Kept, KeptList } from './kept';

interface Row {
  readonly id: string;
  readonly words: readonly string[];
}

function row(id: string, ...words: string[]): Row {
  return { id, words };
}

describe('what was drawn before', () => {
  it('stays the same object until something of it changes', () => {
    const kept = new Kept<Row>();
    const first = kept.keep(row('a', 'one'));
    expect(kept.keep(row('a', 'one'))).toBe(first);
    expect(kept.keep(row('a', 'one', 'two'))).toEqual(row('a', 'one', 'two'));
    expect(kept.keep(row('a', 'one'))).not.toBe(first);
  });

  it('stays the same in a list where others change, come and go', () => {
    const kept = new KeptList<Row>(({ id }) => id);
    const first = kept.keep([row('a', 'one'), row('b', 'two')]);
    expect(kept.keep([row('a', 'one'), row('b', 'two')])).toBe(first);
    const second = kept.keep([row('z'), row('a', 'one'), row('b', 'other')]);
    expect(second).toEqual([row('z'), row('a', 'one'), row('b', 'other')]);
    expect(second[1]).toBe(first[0]);
    expect(second[2]).not.toBe(first[1]);
    expect(kept.keep([row('a', 'one')])[0]).toBe(first[0]);
  });

  it('is another thing where a field is gone, or a list has become an object', () => {
    const kept = new Kept<unknown>();
    for (const each of [{ a: 1, b: undefined }, { a: 1 }, { a: [] }, { a: {} }, { a: null }, null]) expect(kept.keep(each)).toEqual(each);
  });
});
