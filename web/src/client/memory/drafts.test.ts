import { describe, expect, it } from 'vitest';
import { Drafts } from './drafts';
import type { TextStorage } from './preferences';

function storage(): TextStorage & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, text) => void items.set(key, text),
    removeItem: (key) => void items.delete(key),
  };
}

describe('drafts', () => {
  it('outlive the page, each for its own person', () => {
    const tab = storage();
    new Drafts(tab, 'anna').keep('c1', 'half a sentence');
    expect(new Drafts(tab, 'anna').get('c1')).toBe('half a sentence');
    expect(new Drafts(tab, 'ben').get('c1')).toBe('');
  });

  it('leave nothing behind when they are sent or cleared', () => {
    const tab = storage();
    const drafts = new Drafts(tab, 'anna');
    drafts.keep('c1', 'one');
    drafts.keep('c1', ' ');
    expect(tab.items.size).toBe(0);
    drafts.keep('c2', 'two');
    drafts.clear();
    expect([drafts.get('c2'), tab.items.size]).toEqual(['', 0]);
  });

  it('are bounded: the oldest goes', () => {
    const tab = storage();
    const drafts = new Drafts(tab, 'anna');
    for (let at = 0; at < 51; at += 1) drafts.keep(`c${at}`, 'text');
    drafts.keep('c1', 'text, and more of it');
    drafts.keep('c51', 'text');
    const kept = new Drafts(tab, 'anna');
    expect([kept.get('c0'), kept.get('c2'), kept.get('c1'), kept.get('c51')]).toEqual(['', '', 'text, and more of it', 'text']);
  });

  it('are none where something else is stored', () => {
    const tab = storage();
    for (const stored of ['{', '7', '{"a":1}', '[["c1",7],["c1"],null]']) {
      tab.items.set('tureen.drafts.anna', stored);
      expect(new Drafts(tab, 'anna').get('c1')).toBe('');
    }
  });

  it('hold for the page where storage is full or forbidden', () => {
    const full: TextStorage = { ...storage(), setItem: () => { throw new Error('full'); } };
    for (const drafts of [new Drafts(full, 'anna'), new Drafts(null, 'anna')]) {
      drafts.keep('c1', 'text');
      expect(drafts.get('c1')).toBe('text');
    }
  });
});
