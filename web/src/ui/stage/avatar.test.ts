import { describe, expect, it } from 'vitest';
import { glaze, GLAZES, initials } from './avatar';

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['bo', 'B'],
    ['  Jean-Luc  Picard ', 'JP'],
    ['長谷川 町子', '長町'],
    ['(guest) 7', 'G7'],
    ['🙂', '?'],
    ['', '?'],
  ])('%j becomes %j', (name, expected) => expect(initials(name)).toBe(expected));
});

function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = channels.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

describe('glaze', () => {
  it('is the same for the same identity', () => expect(glaze('anna')).toBe(glaze('anna')));

  it.each(GLAZES)('%s carries white text with a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3)', (colour) => {
    expect(1.05 / (luminance(colour) + 0.05)).toBeGreaterThanOrEqual(4.5);
  });
});
