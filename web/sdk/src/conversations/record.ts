import type { Conversation, ConversationEvent, Marked, Member, Message } from '../protocol';
import { deleted, edited, chatMessage } from './chatMessage';

/** Whether a record is no older than another one of the same conversation. */
export function isNewer(record: Conversation, known: Conversation): boolean {
  return record.epoch !== known.epoch || record.head_seq >= known.head_seq;
}

/** The record after an event. One that it counts already changes nothing. */
export function foldRecord(record: Conversation, happened: ConversationEvent, me: string): Conversation {
  const { event, seq } = happened;
  if (happened.epoch !== record.epoch || seq <= record.head_seq) return record;
  const next = { ...record, head_seq: seq };
  switch (event.kind) {
    case 'posted':
      return { ...next, ...foldPosted(record, event.message, me) };
    case 'edited':
      return { ...next, ...changeLast(record, event.message, (last) => edited(last, event, happened.at)) };
    case 'deleted':
      return { ...next, ...changeLast(record, event.message, (last) => deleted(last, event.version, happened.at)) };
    case 'renamed':
      return { ...next, title: event.title ?? '', avatar: event.avatar ?? '' };
    case 'joined':
      return { ...next, ...foldJoined(record, event.users, happened.at) };
    case 'left':
      return { ...next, ...foldLeft(record, event.users) };
    case 'role_changed':
      return { ...next, members: changeMember(record, event.user, { role: event.role }) };
    default:
      return next;
  }
}

/** The record after a member's marks moved. Unread counts are the caller's matter. */
export function foldMarks(record: Conversation, { user, delivered_seq, read_seq }: Marked): Conversation {
  const member = memberOf(record, user);
  if (member === undefined) return record;
  const delivered = Math.max(member.delivered_seq ?? 0, delivered_seq);
  const read = Math.max(member.read_seq ?? 0, read_seq);
  return { ...record, members: changeMember(record, user, { delivered_seq: delivered, read_seq: read }) };
}

export function memberOf(record: Conversation, user: string): Member | undefined {
  return record.members?.find((member) => member.user === user);
}

/** Of many members a record has the first alone: who comes in later is one of those that it does not name. */
function foldJoined(record: Conversation, users: readonly string[], at: number): Partial<Conversation> {
  const { members = [], member_count: count = members.length } = record;
  const newcomers = users.filter((user) => memberOf(record, user) === undefined);
  const named = count > members.length ? [] : newcomers.map((user) => ({ user, joined_at: at }));
  return { members: [...members, ...named], member_count: count + newcomers.length };
}

function foldLeft({ members = [], member_count: count = members.length }: Conversation, users: readonly string[]): Partial<Conversation> {
  return { members: members.filter(({ user }) => !users.includes(user)), member_count: Math.max(0, count - users.length) };
}

function foldPosted(record: Conversation, message: Message, me: string): Partial<Conversation> {
  const read = memberOf(record, me)?.read_seq ?? 0;
  const isUnread = message.sender !== me && message.seq > read;
  const isMention = isUnread && (message.mentions ?? []).includes(me);
  return {
    ...((message.thread ?? null) === null && { last_message: message }),
    active_at: Math.max(record.active_at, message.sent_at),
    unread: (record.unread ?? 0) + (isUnread ? 1 : 0),
    mentions: (record.mentions ?? 0) + (isMention ? 1 : 0),
  };
}

function changeLast(
  { last_message: last }: Conversation,
  id: string,
  alter: (message: ReturnType<typeof chatMessage>) => Message,
): Partial<Conversation> {
  return last?.id === id ? { last_message: alter(chatMessage(last)) } : {};
}

function changeMember(record: Conversation, user: string, change: Partial<Member>): Member[] {
  return (record.members ?? []).map((member) => (member.user === user ? { ...member, ...change } : member));
}
