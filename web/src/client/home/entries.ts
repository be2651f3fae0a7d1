import type { Chat, ChatMessage, OwnMessage, Pages, wire } from '@tureen/client';
import { dataCard } from './dataCard';
import { happeningOf } from './happenings';
import type { AttachmentView, Delivery, Entry, MessageView, PersonView } from './homeState';
import { quoteOf } from './quotes';

export interface Around {
  readonly me: string;
  readonly person: (id: string) => PersonView;
  /** `told`: the name that the message carries, for people who are not known otherwise. */
  readonly sender: (id: string, told: string) => PersonView;
}

/** All that stands in a conversation or a thread, in order: what is stored, what happened between, and what is on its way. */
export function entriesOf(chat: Chat, pages: Pages, around: Around): Entry[] {
  const { messages, notices, thread } = pages.timeline.get();
  const record = chat.record.get();
  const byId = new Map(messages.map((message) => [message.id, message]));
  const stored = messages.map((message): [number, Entry] => [
    message.seq,
    { kind: 'message', message: messageView(message, record, byId, around) },
  ]);
  const happened = notices.map((notice): [number, Entry] => [
    notice.seq,
    { kind: 'happening', happening: happeningOf(notice, around.me, (id) => around.person(id).name) },
  ]);
  const inOrder = [...stored, ...happened].sort(([one], [other]) => one - other).map(([, entry]) => entry);
  const own = chat.outgoing.store.get().filter((message) => (message.thread ?? null) === thread);
  return [...inOrder, ...own.map((message): Entry => ({ kind: 'message', message: ownView(message, byId, around) }))];
}

/** The message that a thread is under. */
export function rootOf(chat: Chat, pages: Pages, around: Around): MessageView | null {
  const { root } = pages.timeline.get();
  return root === null ? null : messageView(root, chat.record.get(), new Map(), around);
}

function messageView(
  message: ChatMessage,
  record: wire.Conversation,
  byId: ReadonlyMap<string, ChatMessage>,
  { me, person, sender }: Around,
): MessageView {
  const isOwn = message.sender === me;
  return {
    id: message.id,
    mayHaveThread: message.thread === null,
    threadReplies: message.thread_replies,
    sender: sender(message.sender, message.sender_name),
    isOwn,
    atMs: message.sent_at,
    text: message.text,
    card: cardOf(message.custom),
    replyTo: quoteOf(message.reply_to, byId, ({ sender: id }) => person(id).name),
    attachments: message.attachments.map(attachmentView),
    reactions: message.reactions.map(({ label, users }) => ({
      label,
      names: users.map((user) => person(user).name),
      mine: users.includes(me),
    })),
    isEdited: message.edited_at !== null,
    isDeleted: message.deleted_at !== null,
    mentionsMe: message.mentions.includes(me),
    mentioned: message.mentions.map(person),
    delivery: isOwn ? deliveryOf(message.seq, record, me) : 'sent',
  };
}

function ownView(own: OwnMessage, byId: ReadonlyMap<string, ChatMessage>, { me, person }: Around): MessageView {
  return {
    id: own.id,
    mayHaveThread: false,
    threadReplies: 0,
    sender: person(me),
    isOwn: true,
    atMs: own.writtenAt,
    text: own.text ?? '',
    card: cardOf(own.custom),
    replyTo: quoteOf(own.reply_to ?? null, byId, ({ sender: id }) => person(id).name),
    attachments: [],
    reactions: [],
    isEdited: false,
    isDeleted: false,
    mentionsMe: false,
    mentioned: (own.mentions ?? []).map(person),
    delivery: own.state === 'pending' ? 'sending' : own.state,
    ...(own.error !== null && { problem: own.error.message }),
  };
}

function cardOf(custom: wire.Custom | null | undefined): MessageView['card'] {
  return custom == null ? null : dataCard(custom.kind, custom.data);
}

/** How far a message has come: as far as with the one of the others who is last. */
function deliveryOf(seq: number, { members = [] }: wire.Conversation, me: string): Delivery {
  const others = members.filter(({ user }) => user !== me);
  if (others.length === 0) return 'sent';
  if (others.every(({ read_seq }) => (read_seq ?? 0) >= seq)) return 'read';
  return others.every(({ delivered_seq, read_seq }) => Math.max(delivered_seq ?? 0, read_seq ?? 0) >= seq) ? 'delivered' : 'sent';
}

export function attachmentView(one: wire.Attachment): AttachmentView {
  const { id, name, media_type: mediaType, size_bytes: sizeBytes, width = null, height = null, url = '' } = one;
  return { id, name, mediaType, sizeBytes, width, height, url, thumbnailUrl: one.thumbnail_url ?? '' };
}
