import type { Chat } from '@tureen/client';
import { attachmentView } from '../home/entries';
import type { ChatMessage } from './meetingState';

/** A conversation as a meeting's chat shows it: what is stored, then one's own messages that are on their way. */
export function spokenIn(chat: Chat, me: string, nameOf: (user: string) => string): ChatMessage[] {
  const stored = chat.timeline.get().messages.filter(({ deleted_at }) => deleted_at === null);
  const kept = stored.map(({ id, sender, sender_name: written, text, attachments: files, sent_at: atMs }): ChatMessage => {
    const attachments = files.length === 0 ? {} : { attachments: files.map(attachmentView) };
    // Guests who have left are known by what they were called when they wrote.
    const name = written === '' ? nameOf(sender) : written;
    return { id, identity: sender, name, isLocal: sender === me, text, ...attachments, atMs, delivery: 'sent' };
  });
  const own = chat.outgoing.store.get().map(({ id, text = '', writtenAt: atMs, state, error }): ChatMessage => {
    const delivery = state === 'pending' ? 'sending' : state;
    const problem = error === null ? {} : { problem: error.message };
    return { id, identity: me, name: nameOf(me), isLocal: true, text, atMs, delivery, ...problem };
  });
  // What is for machines has no words.
  return [...kept.filter(({ text, attachments = [] }) => text !== '' || attachments.length > 0), ...own];
}
