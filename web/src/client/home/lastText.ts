import type { wire } from '@tureen/client';
import { headingOf } from './dataCard';

/** The newest message in one line, for a list of conversations. */
export function lastText(record: wire.Conversation, me: string, nameOf: (user: string) => string): string {
  const last = record.last_message;
  if (last === null || last === undefined) return 'No messages yet';
  const said = contentWords(last);
  if (last.sender === me) return `You: ${said}`;
  return record.kind === 'direct' ? said : `${nameOf(last.sender)}: ${said}`;
}

/** What a message holds, in a few words. */
export function contentWords(message: wire.Message): string {
  if (typeof message.deleted_at === 'number') return 'Message deleted';
  if (message.text !== undefined && message.text !== '') return message.text.replaceAll(/\s+/gu, ' ');
  const [file] = message.attachments ?? [];
  if (file !== undefined) return file.media_type.startsWith('image/') ? 'Picture' : file.name;
  return message.custom === null || message.custom === undefined ? '' : headingOf(message.custom.kind);
}
