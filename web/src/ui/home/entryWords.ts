import type { Entry } from '../../client/home/homeState';
import { sameDay } from './words';

/** A message soon after another of the same person needs no new heading. */
const SAME_BREATH_MS = 120_000;

export function keyOf(entry: Entry): string {
  return entry.kind === 'message' ? entry.message.id : entry.happening.id;
}

export function timeOf(entry: Entry): number {
  return entry.kind === 'message' ? entry.message.atMs : entry.happening.atMs;
}

export function beginsDay(before: Entry | undefined, entry: Entry): boolean {
  return before === undefined || !sameDay(new Date(timeOf(before)), new Date(timeOf(entry)));
}

export function continues(before: Entry | undefined, entry: Entry): boolean {
  if (before?.kind !== 'message' || entry.kind !== 'message' || beginsDay(before, entry)) return false;
  const [one, two] = [before.message, entry.message];
  return one.sender.id === two.sender.id && two.atMs - one.atMs < SAME_BREATH_MS && two.replyTo === null;
}

export function repliesWords(count: number): string {
  return count === 1 ? '1 reply' : `${count} replies`;
}
