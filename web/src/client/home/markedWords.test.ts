import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markedExcerpt, markedWords } from './markedWords';

function shown(parts: ReturnType<typeof markedWords>): string {
  return parts.map(({ text, marked }) => (marked ? `[${text}]` : text)).join('');
}

describe('markedWords', () => {
  it.each([
    ['The soup is hot', 'soup', 'The [soup] is hot'],
    ['Soups and soupspoons', 'soup', '[Soups] and [soupspoons]'],
    ['Soups and a soup', 'soup hot', 'Soups and a [soup]'],
    ['Crème brûlée, please', 'CREME bru', '[Crème] [brûlée], please'],
    ['well-known', 'well-kno', '[well]-[known]'],
    ['Soup', '!', 'Soup'],
    ['', 'soup', ''],
  ])('%s for %s', (text, query, expected) => expect(shown(markedWords(text, query))).toBe(expected));

  it('shows all of the text, whatever was searched for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, query) => {
        expect(markedWords(text, query).map((part) => part.text).join('')).toBe(text);
      }),
    );
  });
});

describe('markedExcerpt', () => {
  it('begins shortly before the first word, and ends after a while', () => {
    const parts = markedExcerpt(`${'before '.repeat(100)}soup ${'after '.repeat(100)}`, 'soup');
    expect(shown(parts)).toMatch(/^…(before ){2,6}\[soup\] (after )+.*…$/u);
    expect(shown(parts).length).toBeLessThan(260);
  });

  it('leaves a short text as it is, in one line', () => {
    expect(shown(markedExcerpt('One\nsoup', 'soup'))).toBe('One [soup]');
  });
});
