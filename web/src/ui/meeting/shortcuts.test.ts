import { describe, expect, it } from 'vitest';
import { matchShortcut } from './shortcuts';

const PRESS = { key: 'm', ctrlKey: false, altKey: false, metaKey: false, repeat: false, typing: false };

describe('matchShortcut', () => {
  it.each(['m', 'v', 's', 'c', 'p'])('knows %j, with Caps Lock too', (key) => {
    expect(matchShortcut({ ...PRESS, key })).toBe(key);
    expect(matchShortcut({ ...PRESS, key: key.toUpperCase() })).toBe(key);
  });

  it('stays away while somebody types, except for Escape', () => {
    expect(matchShortcut({ ...PRESS, typing: true })).toBeNull();
    expect(matchShortcut({ ...PRESS, key: 'Escape', typing: true })).toBe('escape');
  });

  it("leaves the browser's own combinations and held keys alone", () => {
    expect(matchShortcut({ ...PRESS, ctrlKey: true })).toBeNull();
    expect(matchShortcut({ ...PRESS, metaKey: true })).toBeNull();
    expect(matchShortcut({ ...PRESS, repeat: true })).toBeNull();
  });

  it('is not confused by names that every object has', () => {
    expect(matchShortcut({ ...PRESS, key: 'constructor' })).toBeNull();
  });
});
