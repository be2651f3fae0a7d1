import type { CallEnded, ConversationEvent, Joined, Left, Message, Messages, Renamed, RoleChanged } from '../protocol';
import { type ChatMessage, chatMessage, deleted, edited, newest, reacted, replied, withFile } from './chatMessage';

/** Something that happened and is no message. */
export interface Notice {
  readonly seq: number;
  readonly at: number;
  readonly sender: string;
  readonly happening: Joined | Left | RoleChanged | Renamed | CallEnded;
}

/** A stretch of a conversation without holes, or of what was posted under one message. */
export interface Timeline {
  /** Under which message; null: the conversation itself. */
  readonly thread: string | null;
  /** That message, once it was read; null: it is unknown, or kept no more. */
  readonly root: ChatMessage | null;
  /** In the order in which they were posted. */
  readonly messages: readonly ChatMessage[];
  /** What happened between the messages, in order. */
  readonly notices: readonly Notice[];
  readonly hasOlder: boolean;
  /** False: it reaches the present, and new messages are added. */
  readonly hasNewer: boolean;
}

export function emptyTimeline(thread: string | null): Timeline {
  return { thread, root: null, messages: [], notices: [], hasOlder: true, hasNewer: true };
}

/** The timeline after an event. Events that it knows already change nothing. */
export function fold(timeline: Timeline, { event, at, sender, seq }: ConversationEvent): Timeline {
  switch (event.kind) {
    case 'posted':
      return foldReply(foldPosted(timeline, chatMessage(event.message)), chatMessage(event.message));
    case 'edited':
      return change(timeline, event.message, (message) => edited(message, event, at));
    case 'deleted':
      return change(timeline, event.message, (message) => deleted(message, event.version, at));
    case 'reacted':
      return change(timeline, event.message, (message) => reacted(message, event, sender));
    case 'attachment_changed':
      return change(timeline, event.message, (message) => withFile(message, event.attachment, seq));
    default: {
      const notice = noticeOf({ event, at, sender, seq });
      return notice === null || timeline.thread !== null || timeline.hasNewer ? timeline : withNotices(timeline, [notice]);
    }
  }
}

/** With a message's files as they were read just now; all else of it stays, for events may have changed it meanwhile. */
export function renewed(timeline: Timeline, { id, attachments = [] }: Message): Timeline {
  return change(timeline, id, (message) => (message.deleted_at === null ? { ...message, attachments } : message));
}

/** Where the stretch begins and ends; null: there is nothing in it. */
export function reachOf({ messages, notices }: Timeline): { readonly first: number; readonly last: number } | null {
  const ends = [messages[0], messages.at(-1), notices[0], notices.at(-1)].flatMap((one) => one?.seq ?? []);
  return ends.length === 0 ? null : { first: Math.min(...ends), last: Math.max(...ends) };
}

/** Adds a page that joins what is there. */
export function mergePage(timeline: Timeline, { messages, happenings = [], root = null, seq = null }: Messages): Timeline {
  const read = (message: Message): ChatMessage => chatMessage(message, seq ?? message.seq);
  const merged = withNotices(merge(timeline, messages.map(read)), happenings.flatMap((one) => noticeOf(one) ?? []));
  if (root === null) return merged;
  return { ...merged, root: timeline.root === null ? read(root) : newest(timeline.root, read(root)) };
}

/** The `most` oldest or newest messages of it, and what happened between them: as if the others had not been read yet. */
export function shortened(timeline: Timeline, most: number, kept: 'oldest' | 'newest'): Timeline {
  const { messages, notices } = timeline;
  if (messages.length <= most) return timeline;
  const rest = kept === 'oldest' ? messages.slice(0, most) : messages.slice(-most);
  const [first, last] = [rest[0]?.seq ?? 0, rest.at(-1)?.seq ?? 0];
  return kept === 'oldest'
    ? { ...timeline, messages: rest, notices: notices.filter(({ seq }) => seq < last), hasNewer: true }
    : { ...timeline, messages: rest, notices: notices.filter(({ seq }) => seq > first), hasOlder: true };
}

function merge(timeline: Timeline, page: readonly ChatMessage[]): Timeline {
  const byId = new Map(timeline.messages.map((message) => [message.id, message]));
  for (const message of page) {
    const known = byId.get(message.id);
    byId.set(message.id, known === undefined ? message : newest(known, message));
  }
  return { ...timeline, messages: [...byId.values()].sort((a, b) => a.seq - b.seq) };
}

function foldPosted(timeline: Timeline, message: ChatMessage): Timeline {
  if (timeline.hasNewer || message.thread !== timeline.thread) return timeline;
  if (timeline.messages.some(({ id }) => id === message.id)) return timeline;
  const last = timeline.messages.at(-1);
  if (last === undefined || last.seq < message.seq) return { ...timeline, messages: [...timeline.messages, message] };
  return merge(timeline, [message]);
}

function foldReply(timeline: Timeline, { thread, seq }: ChatMessage): Timeline {
  return thread === null ? timeline : change(timeline, thread, (root) => replied(root, seq));
}

function noticeOf({ event, at, sender, seq }: Pick<ConversationEvent, 'event' | 'at' | 'sender' | 'seq'>): Notice | null {
  switch (event.kind) {
    case 'joined':
    case 'left':
    case 'role_changed':
    case 'renamed':
    case 'call_ended':
      return { seq, at, sender, happening: event };
    default:
      return null; // of a newer server
  }
}

function withNotices(timeline: Timeline, notices: readonly Notice[]): Timeline {
  const added = notices.filter(({ seq }) => !timeline.notices.some((known) => known.seq === seq));
  if (added.length === 0) return timeline;
  return { ...timeline, notices: [...timeline.notices, ...added].sort((a, b) => a.seq - b.seq) };
}

function change(timeline: Timeline, id: string, alter: (message: ChatMessage) => ChatMessage): Timeline {
  if (timeline.root?.id === id) {
    const root = alter(timeline.root);
    return root === timeline.root ? timeline : { ...timeline, root };
  }
  const index = timeline.messages.findIndex((message) => message.id === id);
  const message = timeline.messages[index];
  if (message === undefined) return timeline;
  const altered = alter(message);
  if (altered === message) return timeline;
  const messages = [...timeline.messages];
  messages[index] = altered;
  return { ...timeline, messages };
}
