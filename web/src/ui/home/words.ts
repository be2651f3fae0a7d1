import type { CallRow, RingingCall, RunningCall } from '../../client/home/callViews';
import type { Availability, PersonView } from '../../client/home/homeState';

export const AVAILABILITY_WORDS: Record<Availability, string> = {
  online: 'Online',
  away: 'Away',
  busy: 'In a call',
  offline: 'Offline',
};

/** Of a longer list the rest is counted. */
const MOST_NAMES = 3;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What stands under a person's name. */
export function presenceWords(person: PersonView, nowMs: number): string {
  if (person.isBlocked) return 'Blocked';
  if (person.statusText !== '') return person.statusText;
  if (person.availability === 'unknown') return '';
  if (person.availability !== 'offline' || person.lastSeenAtMs === null) return AVAILABILITY_WORDS[person.availability];
  return `Seen ${sinceWords(nowMs - person.lastSeenAtMs)}`;
}

export function sinceWords(passedMs: number): string {
  if (passedMs < MINUTE_MS) return 'just now';
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min ago`;
  if (passedMs < DAY_MS) return `${Math.floor(passedMs / HOUR_MS)} h ago`;
  const days = Math.floor(passedMs / DAY_MS);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}

/** Short enough for the corner of a row: the time of today, the weekday of this week, the date before. */
export function shortTime(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  if (sameDay(at, new Date(nowMs))) return clock(atMs);
  if (nowMs - atMs < 6 * DAY_MS) return at.toLocaleDateString([], { weekday: 'short' });
  return at.toLocaleDateString([], { day: 'numeric', month: 'short' });
}

/** The same with the time of day, where the moment matters. */
export function moment(atMs: number, nowMs: number): string {
  const day = shortTime(atMs, nowMs);
  return sameDay(new Date(atMs), new Date(nowMs)) ? day : `${day}, ${clock(atMs)}`;
}

/** When something ends: today's time, else the day with it. */
export function untilWords(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  if (sameDay(at, new Date(nowMs))) return `at ${clock(atMs)}`;
  return `on ${at.toLocaleDateString([], { day: 'numeric', month: 'short' })} at ${clock(atMs)}`;
}

/** Made once: every message has the time, and to make the format takes longer than to use it. */
const CLOCK = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' });

export function clock(atMs: number): string {
  return CLOCK.format(atMs);
}

/** Where values change by the second. */
export function clockWithSeconds(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** The line between two days. */
export function dayWords(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  if (sameDay(at, new Date(nowMs))) return 'Today';
  if (sameDay(at, new Date(nowMs - DAY_MS))) return 'Yesterday';
  return at.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}

export function sameDay(one: Date, other: Date): boolean {
  return one.getDate() === other.getDate() && one.getMonth() === other.getMonth() && one.getFullYear() === other.getFullYear();
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function durationWords(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export function callWords(call: CallRow): string {
  switch (call.outcome) {
    case 'answered':
      return call.lastedMs === null ? 'Answered' : durationWords(call.lastedMs);
    case 'missed':
      return 'Missed';
    case 'rejected':
      return call.isOutgoing ? 'Declined' : 'You declined';
    case 'cancelled':
      return call.isOutgoing ? 'You hung up first' : 'Missed';
    case 'unanswered':
      return 'No answer';
  }
}

/** After the caller's name. */
export function ringingWords({ group, others, media }: RingingCall): string {
  const whom = group ?? 'you';
  const names = others.slice(0, MOST_NAMES).map(({ name }) => name);
  const further = others.length - names.length;
  const listed = [...names, ...(further > 0 ? [`${further} more`] : [])].join(', ');
  const along = group === null && listed !== '' ? `, with ${listed}` : '';
  return `calls ${whom}${media === 'video' ? ' with video' : ''}${along}`;
}

/** Who is in a call that goes on. */
export function insideWords({ inside, isOnOtherDevice }: RunningCall): string {
  if (isOnOtherDevice) return 'You are in it on another device';
  const names = inside.slice(0, MOST_NAMES).map(({ name }) => name);
  const further = inside.length - names.length;
  return further > 0 ? `${names.join(', ')} and ${further} more` : names.join(', ');
}

/** On the button: what pressing it does. */
export function joinWords({ isOnOtherDevice, leaves }: RunningCall): string {
  if (leaves !== null) return 'Leave the other call and join';
  return isOnOtherDevice ? 'Continue here' : 'Join';
}

/** The same in a list, where there is little room; heard, it is the whole of it. */
export function joinLabel({ title, leaves }: RunningCall): { readonly shown: string; readonly heard: string } {
  if (leaves === null) return { shown: 'Join', heard: `Join the call with ${title}` };
  return { shown: 'Switch', heard: `Switch to the call with ${title}, leaving the one with ${leaves}` };
}

export function namesOf(people: readonly PersonView[]): string {
  return people.map(({ name }) => name).join(', ');
}
