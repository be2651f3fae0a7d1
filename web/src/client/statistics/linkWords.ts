import type { LinkQuality } from '../meeting/meetingState';
import type { Direction, LinkReport } from './linkReport';

export type Verdict = 'good' | 'fair' | 'poor' | 'broken' | 'measuring';

/** From here on a person notices something, and from there on it disturbs: ITU-T G.114 for the delay. */
const LIMITS = {
  lostShare: { fair: 0.02, poor: 0.06 },
  roundTripMs: { fair: 250, poor: 400 },
  jitterMs: { fair: 40, poor: 100 },
} as const;

export const VERDICT_WORDS: Record<Verdict, string> = {
  good: 'Your connection is good',
  fair: 'Your connection is fair',
  poor: 'Your connection is poor',
  broken: 'Your connection is broken',
  measuring: 'Measuring your connection…',
};

export const QUALITY_WORDS: Record<LinkQuality, string> = {
  unknown: '',
  excellent: 'excellent connection',
  good: 'good connection',
  poor: 'weak connection',
  lost: 'connection lost',
};

export function judge(report: LinkReport): Verdict {
  const { quality, roundTripMs, up, down } = report;
  if (quality === 'lost') return 'broken';
  if (roundTripMs === null && up.lostShare === null && down.lostShare === null) return 'measuring';
  const grades = [
    grade('roundTripMs', roundTripMs),
    ...[up, down].flatMap(({ lostShare, jitterMs }) => [grade('lostShare', lostShare), grade('jitterMs', jitterMs)]),
  ];
  if (quality === 'poor' || grades.includes('poor')) return 'poor';
  return grades.includes('fair') ? 'fair' : 'good';
}

/** What disturbs, one sentence each, and what can be done; a single comforting one if nothing does. */
export function explain(report: LinkReport): readonly string[] {
  const { roundTripMs, up, down, limitedBy } = report;
  const verdict = judge(report);
  if (verdict === 'measuring') return ['This takes a few seconds.'];
  const found: string[] = [];
  if (noticed('lostShare', up)) found.push(`Your upload loses ${percent(up.lostShare)} of its packets: the others may see and hear you broken.`);
  if (noticed('lostShare', down)) found.push(`Your download loses ${percent(down.lostShare)} of its packets: pictures may freeze.`);
  if (roundTripMs !== null && grade('roundTripMs', roundTripMs) !== 'good') {
    found.push(`Answers come late: the way to the server and back takes ${milliseconds(roundTripMs)}.`);
  }
  if (noticed('jitterMs', up) || noticed('jitterMs', down)) found.push('Packets arrive unevenly, as in a busy Wi-Fi.');
  if (limitedBy === 'bandwidth') found.push('Your picture is sent smaller, as your upload does not carry more.');
  if (limitedBy === 'cpu') found.push('Your picture is sent smaller, as your computer is busy. Closing other programs helps.');
  if (found.length > 0) return found;
  if (verdict === 'good') return ['Nothing disturbs it right now.'];
  return ['The server has trouble reaching you. A cable, or a place nearer to the Wi-Fi, may help.'];
}

export function percent(share: number | null): string {
  if (share === null) return '–';
  const value = share * 100;
  return `${value > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/u, '') : value.toFixed(0)} %`;
}

export function milliseconds(ms: number | null): string {
  if (ms === null) return '–';
  return `${ms > 0 && ms < 9.5 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

export function bitrate(bitsPerSecond: number): string {
  if (bitsPerSecond >= 999_500) return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
  return `${(bitsPerSecond / 1_000).toFixed(0)} kbit/s`;
}

function noticed(measure: 'lostShare' | 'jitterMs', direction: Direction): boolean {
  return grade(measure, direction[measure]) !== 'good';
}

function grade(measure: keyof typeof LIMITS, value: number | null): 'good' | 'fair' | 'poor' {
  if (value === null || value < LIMITS[measure].fair) return 'good';
  return value < LIMITS[measure].poor ? 'fair' : 'poor';
}
