import type { Conversation } from '../protocol';
import type { ChatMessage } from './chatMessage';
import { memberOf } from './record';
import type { Timeline } from './timeline';

/** The server counts no further: there may be more. */
const MOST_COUNTED = 999;

/**
 * The record with what is unread after one's own mark moved on from `readBefore`; null: the messages that tell it are not
 * in the timeline.
 */
export function recounted(record: Conversation, timeline: Timeline, me: string, readBefore: number): Conversation | null {
  const read = memberOf(record, me)?.read_seq ?? 0;
  if (read >= record.head_seq) return { ...record, unread: 0, mentions: 0 };
  const { begin, end } = knownOf(timeline);
  const between = (from: number, to: number): Counts => countsOf(timeline.messages.filter(({ seq }) => seq > from && seq <= to), me);
  if (begin <= read + 1 && end === Infinity) return { ...record, ...between(read, end) };
  if (begin > readBefore + 1 || end < read) return null;
  const passed = between(readBefore, read);
  const { unread = 0, mentions = 0 } = record;
  if (unread >= MOST_COUNTED) return record;
  return { ...record, unread: Math.max(0, unread - passed.unread), mentions: Math.max(0, mentions - passed.mentions) };
}

interface Counts {
  readonly unread: number;
  readonly mentions: number;
}

function countsOf(messages: readonly ChatMessage[], me: string): Counts {
  const theirs = messages.filter((one) => one.sender !== me && one.deleted_at === null);
  return { unread: theirs.length, mentions: theirs.filter((one) => one.mentions.includes(me)).length };
}

/** From where to where all messages are in it. */
function knownOf({ messages, hasOlder, hasNewer }: Timeline): { readonly begin: number; readonly end: number } {
  return { begin: hasOlder ? (messages[0]?.seq ?? Infinity) : 0, end: hasNewer ? (messages.at(-1)?.seq ?? 0) : Infinity };
}
