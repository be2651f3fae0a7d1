import { describe, expect, it, test } from 'vitest';
import { KnownPeople } from './knownPeople';

function memory(stored?: string): { getItem: (key: string) => string | null; setItem: (key: string, value: string) => void; removeItem: (key: string) => void } {
  const values = new Map(stored === undefined ? [] : [['tureen.known', stored]]);
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

describe('who this browser was', () => {
  it('is known after a reload, the last one first, and found by name however it is typed', () => {
    const storage = memory();
    const known = new KnownPeople(storage);
    known.remember({ user: 'ivo-1', name: 'Ivo' });
    known.remember({ user: 'ada-1', name: 'Ada' });
    known.remember({ user: 'ivo-1', name: 'Ivo' });
    const later = new KnownPeople(storage);
    expect(later.get().map(({ user }) => user)).toEqual(['ivo-1', 'ada-1']);
    expect(later.named(' IVO ')?.user).toBe('ivo-1');
    expect(later.named('Iv')).toBeNull();
  });

  it('is forgotten on demand, and bounded', () => {
    const storage = memory();
    const known = new KnownPeople(storage);
    for (let count = 0; count < 20; count += 1) known.remember({ user: `u${count}`, name: `N${count}` });
    expect(new KnownPeople(storage).get()).toHaveLength(6);
    for (const { user } of known.get()) known.forget(user);
    expect(new KnownPeople(storage).get()).toEqual([]);
  });
});

test.each(['', 'null', '7', '{}', '[7]', '[{"user":7,"name":"x"}]', '[{"user":"","name":"x"}]', '['])('stored %s is nobody', (text) => {
  expect(new KnownPeople(memory(text)).get()).toEqual([]);
});
