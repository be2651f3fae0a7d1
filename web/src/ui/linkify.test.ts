import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkify } from './linkify';

describe('linkify', () => {
  it('makes links of web addresses and leaves the full stop outside', () => {
    expect(linkify('See https://example.org/a?b=1.')).toEqual([
      { text: 'See ', href: null },
      { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
      { text: '.', href: null },
    ]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.org', 'https://'])('leaves %j as text', (text) => {
    expect(linkify(text).every(({ href }) => href === null)).toBe(true);
  });

  it('loses and adds no character', () => {
    const bits = fc.constantFrom('https://a.example/x', 'http://[', ' ', 'soup', '!', '\n', '<b>', '"');
    fc.assert(
      fc.property(fc.array(fc.oneof(bits, fc.string())), (parts) => {
        const message = parts.join('');
        expect(linkify(message).map(({ text }) => text).join('')).toBe(message);
      }),
    );
  });
});
