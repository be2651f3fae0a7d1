import type { Attachment, Custom, Edited, Message, Reacted, Reaction } from '../protocol';

/** A message with all its fields, as it is after the edits and reactions that are known. */
export interface ChatMessage extends Required<Message> {
  readonly reply_to: string | null;
  readonly thread: string | null;
  readonly custom: Custom | null;
  readonly edited_at: number | null;
  readonly deleted_at: number | null;
  /** The position that `thread_replies` is as of, and files at least: only later replies are to be counted. */
  readonly replies_seq: number;
}

type Content = Omit<ChatMessage, 'id' | 'conversation' | 'seq' | 'sender' | 'sent_at' | 'replies_seq'>;

const EMPTY: Content = {
  sender_name: '',
  text: '',
  mentions: [],
  attachments: [],
  reply_to: null,
  thread: null,
  thread_replies: 0,
  custom: null,
  reactions: [],
  version: 1,
  edited_at: null,
  deleted_at: null,
};

/** Fills in what the wire leaves out. `seq`: the position that it was read at; of what was just posted its own. */
export function chatMessage(message: Message, seq: number = message.seq): ChatMessage {
  return { ...EMPTY, ...message, replies_seq: seq };
}

/** Of a message that was read twice: what was changed later, and the replies that were counted later. */
export function newest(one: ChatMessage, other: ChatMessage): ChatMessage {
  const latest = one.version > other.version ? one : other;
  const { thread_replies, replies_seq } = one.replies_seq > other.replies_seq ? one : other;
  return { ...latest, thread_replies, replies_seq };
}

/** One more reply under it, posted at `seq`. */
export function replied(message: ChatMessage, seq: number): ChatMessage {
  return seq <= message.replies_seq ? message : { ...message, thread_replies: message.thread_replies + 1, replies_seq: seq };
}

export function edited(message: ChatMessage, edit: Edited, at: number): ChatMessage {
  if (edit.version <= message.version) return message;
  const { version, text = '', mentions = [], custom = null } = edit;
  return { ...message, version, text, mentions, custom, edited_at: at };
}

/** Only its place stays. */
export function deleted(message: ChatMessage, version: number, at: number): ChatMessage {
  if (version <= message.version) return message;
  const { id, conversation, seq, sender, sent_at, thread, thread_replies, replies_seq } = message;
  return { ...EMPTY, id, conversation, seq, sender, sent_at, thread, thread_replies, replies_seq, version, deleted_at: at };
}

/** A file as it was at `seq`; a message that was read later has newer addresses. */
export function withFile(message: ChatMessage, file: Attachment, seq: number): ChatMessage {
  if (seq <= message.replies_seq) return message;
  return { ...message, attachments: message.attachments.map((one) => (one.id === file.id ? file : one)) };
}

/** A reaction is there or not, however often it is told. */
export function reacted(message: ChatMessage, { label, on = true }: Reacted, sender: string): ChatMessage {
  if (message.deleted_at !== null) return message;
  const users = message.reactions.find((one) => one.label === label)?.users ?? [];
  if (users.includes(sender) === on) return message;
  const changed: Reaction = { label, users: on ? [...users, sender] : users.filter((user) => user !== sender) };
  const isKnown = message.reactions.some((one) => one.label === label);
  const reactions = isKnown
    ? message.reactions.map((one) => (one.label === label ? changed : one))
    : [...message.reactions, changed];
  return { ...message, reactions: reactions.filter((one) => one.users.length > 0) };
}
