import type { Chat, ChatMessage as StoredMessage } from '@tureen/client';
import { attachmentView } from '../home/entries';
import { quoteOf } from '../home/quotes';
import type { ChatMessage } from './meetingState';

/** A conversation as a meeting's chat shows it: what is stored, then one's own messages that are on their way. */
export function spokenIn(chat: Chat, me: string, nameOf: (user: string) => string): ChatMessage[] {
  const stored = chat.timeline.get().messages.filter(({ deleted_at }) => deleted_at === null);
  const byId = new Map(stored.map((message) => [message.id, message]));
  // Guests who have left are known by what they were called when they wrote.
  const writer = ({ sender, sender_name: written }: StoredMessage): string => (written === '' ? nameOf(sender) : written);
  const kept = stored.map((message): ChatMessage => {
    const { id, sender, text, attachments: files, reactions: signs, sent_at: atMs, edited_at: editedAt } = message;
    const quote = quoteOf(message.reply_to, byId, writer);
    const reactions = signs.map(({ label, users }) => ({ label, names: users.map(nameOf), mine: users.includes(me) }));
    return {
      ...{ id, identity: sender, name: writer(message), isLocal: sender === me, text, atMs, delivery: 'sent', isKept: true },
      ...(files.length > 0 && { attachments: files.map(attachmentView) }),
      ...(quote !== null && { replyTo: quote }),
      ...(reactions.length > 0 && { reactions }),
      ...(editedAt !== null && { isEdited: true }),
    };
  });
  const own = chat.outgoing.store.get().map((message): ChatMessage => {
    const { id, text = '', writtenAt: atMs, state, error } = message;
    const quote = quoteOf(message.reply_to ?? null, byId, writer);
    return {
      ...{ id, identity: me, name: nameOf(me), isLocal: true, text, atMs, delivery: state === 'pending' ? 'sending' : state },
      ...(quote !== null && { replyTo: quote }),
      ...(error !== null && { problem: error.message }),
    };
  });
  // What is for machines has no words.
  return [...kept.filter(({ text, attachments = [] }) => text !== '' || attachments.length > 0), ...own];
}
