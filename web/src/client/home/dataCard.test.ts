import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataCard, headingOf } from './dataCard';

describe('what machines write', () => {
  it('is a heading and rows', () => {
    expect(dataCard('thermometer.reading', { celsius: 20.5, battery_low: false, place: null, at: [1, 2] })).toEqual({
      heading: 'Thermometer reading',
      rows: [
        { name: 'celsius', value: '20.5' },
        { name: 'battery low', value: 'no' },
        { name: 'place', value: '–' },
        { name: 'at', value: '1, 2' },
      ],
      more: 0,
    });
  });

  it('may be a single value, or none', () => {
    expect(dataCard('thermometer.interval', 0.5).rows).toEqual([{ name: '', value: '0.5' }]);
    expect(dataCard('door.opened', null).rows).toEqual([]);
  });

  it('stays text, and shows what is nested as it was sent', () => {
    const { rows } = dataCard('x', { page: '<b>no</b>', inner: { a: [1] } });
    expect(rows.map(({ value }) => value)).toEqual(['<b>no</b>', '{"a":[1]}']);
  });

  it('is bounded, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), fc.jsonValue({ maxDepth: 4 }), (kind, data) => {
        const { heading, rows } = dataCard(kind, data);
        expect(heading.length).toBeLessThanOrEqual(80);
        expect(rows.length).toBeLessThanOrEqual(12);
        for (const { name, value } of rows) {
          expect(name.length).toBeLessThanOrEqual(40);
          expect(value.length).toBeLessThanOrEqual(160);
        }
      }),
    );
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`key ${at}`, 'x'.repeat(500)]));
    const { rows, more } = dataCard('many', many);
    expect([rows.length, more, rows[0]?.value.length]).toEqual([12, 8, 160]);
  });

  it('has a readable name', () => {
    expect(headingOf('door-bell_pressed')).toBe('Door bell pressed');
  });
});
