import type { Chat, wire } from '@tureen/client';
import { describe, expect, it } from 'vitest';
import { chatMessage } from '../../../sdk/src/conversations/chatMessage';
import { spokenIn } from './spoken';

function chatOf(...messages: Partial<wire.Message>[]): Chat {
  const stored = messages.map((each, at) =>
    chatMessage({ id: `m${at}`, conversation: 'c', seq: at + 1, sender: 'ann', sent_at: at, text: 'hello', ...each }),
  );
  return {
    timeline: { get: () => ({ messages: stored, notices: [] }) },
    outgoing: { store: { get: () => [] } },
  } as unknown as Chat;
}

describe('what is said in a conversation', () => {
  it('names its writers as they were called then, and asks for the others', () => {
    const chat = chatOf({ sender_name: 'Ann A.' }, { sender: 'ben' });
    const said = spokenIn(chat, 'me', (user) => `${user} of the directory`);
    expect(said.map(({ name }) => name)).toEqual(['Ann A.', 'ben of the directory']);
  });

  it('asks for nobody whose name is known', () => {
    const asked: string[] = [];
    spokenIn(chatOf({ sender_name: 'Ann' }), 'me', (user) => {
      asked.push(user);
      return user;
    });
    expect(asked).toEqual([]);
  });

  it('leaves out what was deleted, and what is for machines', () => {
    const chat = chatOf({ deleted_at: 5, text: '' }, { text: '', custom: { kind: 'poll', data: 1 } }, { text: 'soup' });
    expect(spokenIn(chat, 'me', String).map(({ text }) => text)).toEqual(['soup']);
  });

  it('tells what said something else before', () => {
    const said = spokenIn(chatOf({ edited_at: 5, version: 2 }, {}), 'me', String);
    expect(said.map(({ isEdited = false }) => isEdited)).toEqual([true, false]);
  });

  it('shows files, with words or without', () => {
    const soup = { id: 'f1', name: 'soup.png', media_type: 'image/png', size_bytes: 9, url: '/f/1' };
    const said = spokenIn(chatOf({ text: '', attachments: [soup] }, { text: 'bread', attachments: [soup] }), 'me', String);
    expect(said.map(({ text, attachments }) => [text, attachments?.map(({ name }) => name)])).toEqual([
      ['', ['soup.png']],
      ['bread', ['soup.png']],
    ]);
  });

  it('tells what is answered, by the name that its writer had then, and who put signs there', () => {
    const chat = chatOf(
      { id: 'm0', sender_name: 'Ann A.', reactions: [{ label: '👍', users: ['ben', 'me'] }] },
      { text: 'yes', reply_to: 'm0' },
      { text: 'no', reply_to: 'long gone' },
    );
    const [first, answer, other] = spokenIn(chat, 'me', (user) => `${user} of the directory`);
    expect(first).toMatchObject({ isKept: true, reactions: [{ label: '👍', names: ['ben of the directory', 'me of the directory'], mine: true }] });
    expect(answer?.replyTo).toEqual({ id: 'm0', name: 'Ann A.', text: 'hello' });
    expect(other?.replyTo).toMatchObject({ id: 'long gone', name: 'Earlier' });
    expect(first?.replyTo).toBeUndefined();
  });
});
