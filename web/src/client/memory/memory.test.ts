import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PREFERENCES, PreferenceStore, readPreferencesUntrusted, type TextStorage } from './preferences';
import { EMPTY_SEAT, readSeatUntrusted, SeatMemory } from './seat';

function memoryStorage(): TextStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

const FULL: TextStorage = {
  getItem: () => null,
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
  removeItem: () => undefined,
};

describe('preferences', () => {
  it('come back in the next page', () => {
    const storage = memoryStorage();
    new PreferenceStore(storage).change({ name: 'Ada', theme: 'dark', cameraOn: false });
    expect(new PreferenceStore(storage).get()).toEqual({ ...DEFAULT_PREFERENCES, name: 'Ada', theme: 'dark', cameraOn: false });
  });

  it('hold for this page where nothing can be stored', () => {
    const store = new PreferenceStore(FULL);
    store.change({ name: 'Ada' });
    expect(store.get().name).toBe('Ada');
  });

  it('survive any stored text', () => {
    expect(readPreferencesUntrusted('{"name":3,"theme":"pink","cameraOn":"no"}')).toEqual(DEFAULT_PREFERENCES);
    const texts = fc.oneof(fc.string(), fc.json());
    fc.assert(
      fc.property(texts, (text) => {
        expect(Object.keys(readPreferencesUntrusted(text))).toEqual(Object.keys(DEFAULT_PREFERENCES));
      }),
    );
  });
});

describe('seat', () => {
  it('is kept per room', () => {
    const seats = new SeatMemory(memoryStorage());
    seats.change('soup', { identity: 'u1', inside: true });
    seats.change('soup', { cameraOn: true });
    expect(seats.read('soup')).toEqual({ ...EMPTY_SEAT, identity: 'u1', inside: true, cameraOn: true });
    expect(seats.read('stew')).toEqual(EMPTY_SEAT);
  });

  it('survives any stored text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readSeatUntrusted(text)));
    expect(readSeatUntrusted('[1]')).toEqual(EMPTY_SEAT);
  });
});
