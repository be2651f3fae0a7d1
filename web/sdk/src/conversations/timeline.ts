import type { CallEnded, ConversationEvent, Joined, Left, Renamed, RoleChanged } from '../protocol';
import { type ChatMessage, chatMessage, deleted, edited, reacted } from './chatMessage';

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
  /** In the order in which they were posted. */
  readonly messages: readonly ChatMessage[];
  /** Of what happened while the client was there, in order. */
  readonly notices: readonly Notice[];
  readonly hasOlder: boolean;
  /** False: it reaches the present, and new messages are added. */
  readonly hasNewer: boolean;
}

export function emptyTimeline(thread: string | null): Timeline {
  return { thread, messages: [], notices: [], hasOlder: true, hasNewer: true };
}

/** The timeline after an event. Events that it knows already change nothing. */
export function fold(timeline: Timeline, { event, at, sender, seq }: ConversationEvent): Timeline {
  switch (event.kind) {
    case 'posted':
      return foldPosted(timeline, chatMessage(event.message));
    case 'edited':
      return change(timeline, event.message, (message) => edited(message, event, at));
    case 'deleted':
      return change(timeline, event.message, (message) => deleted(message, event.version, at));
    case 'reacted':
      return change(timeline, event.message, (message) => reacted(message, event, sender));
    case 'attachment_changed':
      return change(timeline, event.message, (message) => ({
        ...message,
        attachments: message.attachments.map((one) => (one.id === event.attachment.id ? event.attachment : one)),
      }));
    case 'joined':
    case 'left':
    case 'role_changed':
    case 'renamed':
    case 'call_ended':
      return foldNotice(timeline, { seq, at, sender, happening: event });
    default:
      return timeline; // of a newer server
  }
}

/** Counts a reply under its root; apart from `fold`, for it is not the same when done twice. */
export function countReply(timeline: Timeline, { event }: ConversationEvent): Timeline {
  if (event.kind !== 'posted' || timeline.thread !== null) return timeline;
  const { thread } = event.message;
  if (thread === undefined || thread === null) return timeline;
  return change(timeline, thread, (root) => ({ ...root, thread_replies: root.thread_replies + 1 }));
}

/** Adds a page that joins what is there. Of a message that both have, the newer version stays. */
export function merge(timeline: Timeline, page: readonly ChatMessage[]): Timeline {
  const byId = new Map(timeline.messages.map((message) => [message.id, message]));
  for (const message of page) {
    const known = byId.get(message.id);
    if (known === undefined || known.version <= message.version) byId.set(message.id, message);
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

function foldNotice(timeline: Timeline, notice: Notice): Timeline {
  const { notices, thread, hasNewer } = timeline;
  if (thread !== null || hasNewer || notices.some(({ seq }) => seq === notice.seq)) return timeline;
  return { ...timeline, notices: [...notices, notice].sort((a, b) => a.seq - b.seq) };
}

function change(timeline: Timeline, id: string, alter: (message: ChatMessage) => ChatMessage): Timeline {
  const index = timeline.messages.findIndex((message) => message.id === id);
  const message = timeline.messages[index];
  if (message === undefined) return timeline;
  const altered = alter(message);
  if (altered === message) return timeline;
  const messages = [...timeline.messages];
  messages[index] = altered;
  return { ...timeline, messages };
}
