import type { CardRow, CardView } from './cards';

/** What machines write has no bounds of its own that would fit a screen. */
const MOST_ROWS = 12;
const LONGEST_HEADING = 80;
const LONGEST_NAME = 40;
const LONGEST_VALUE = 160;

/** Data of any shape as a heading and a short table: text alone, however it looks. */
export function dataCard(kind: string, data: unknown): CardView {
  const rows = rowsOf(data);
  return { heading: headingOf(kind), rows: rows.slice(0, MOST_ROWS), more: Math.max(0, rows.length - MOST_ROWS) };
}

/** A name for machines, as people read it: "thermometer.interval" is "Thermometer interval". */
export function headingOf(kind: string): string {
  const words = kind.replaceAll(/[._\-/\s]+/gu, ' ').trim();
  return bounded(words.charAt(0).toUpperCase() + words.slice(1), LONGEST_HEADING);
}

function rowsOf(data: unknown): CardRow[] {
  if (data === null || data === undefined) return [];
  if (typeof data !== 'object') return [{ name: '', value: valueWords(data) }];
  if (Array.isArray(data)) return data.length === 0 ? [] : [{ name: '', value: valueWords(data) }];
  return Object.entries(data).map(([name, value]) => ({ name: bounded(name.replaceAll('_', ' '), LONGEST_NAME), value: valueWords(value) }));
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return bounded(value.slice(0, MOST_ROWS).map(valueWords).join(', '), LONGEST_VALUE);
  if (typeof value === 'string' || typeof value === 'number') return bounded(String(value), LONGEST_VALUE);
  return bounded(JSON.stringify(value), LONGEST_VALUE);
}

/** Cut between characters, never inside one. */
function bounded(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}
