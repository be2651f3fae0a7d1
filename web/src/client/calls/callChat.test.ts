import { Chats, type Connection, Store, type wire } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConversation } from '../../../sdk/test/fakeConversation';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { CallChat } from './callChat';

type State = wire.Party['state'];

let server: FakeServer;
let truth: FakeConversation;
let connection: Connection;
let chats: Chats;
let asked: string[];

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  truth = new FakeConversation(server, 'c');
  asked = [];
  server.on('conversation.direct', ({ user }) => {
    asked.push(user);
    return { type: 'conversation', conversation: { ...truth.record(), kind: 'direct' } };
  });
  connection = await online(server);
  chats = new Chats(connection);
});
afterEach(() => {
  chats.end();
  vi.useRealTimers();
});

function callOf(parties: Record<string, State>, conversation: string | null = null): wire.Call {
  return {
    id: 'k', version: 1, caller: 'anna', media: 'audio', state: 'active', room: 'r', path: 'direct', generation: 0,
    created_at: 0, ring_until: 0, conversation,
    parties: Object.entries(parties).map(([user, state]) => ({ user, state })),
  };
}

async function open(call: wire.Call): Promise<{ chat: CallChat; record: Store<wire.Call> }> {
  const record = new Store(call);
  const chat = new CallChat({ call: record, connection, chats, me: 'anna', nameOf: (user) => user.toUpperCase(), facts: { maxFileBytes: () => Promise.resolve(1000) }, report: () => undefined });
  await settle();
  return { chat, record };
}

describe('the chat of a call', () => {
  it('of two goes into their conversation, and shows what comes there', async () => {
    truth.post('before');
    const { chat } = await open(callOf({ anna: 'joined', ben: 'joined' }));
    expect(asked).toEqual(['ben']);
    expect(chat.store.get()).toMatchObject({ audience: { kind: 'direct', name: 'BEN' }, messages: [{ text: 'before' }] });
    expect(chat.files.get()?.store.get()).toEqual([]);
    expect(chat.send('')).toBe(false);
    expect(chat.send('soup')).toBe(true);
    await settle();
    expect(server.received('message.send')).toMatchObject([{ conversation: 'c', text: 'soup' }]);
    expect(chat.store.get().messages.at(-1)).toMatchObject({ text: 'soup', isLocal: true });
    server.tell(truth.post('bread'));
    await settle();
    expect(chat.store.get()).toMatchObject({ areNews: true });
    expect(chat.store.get().messages.at(-1)).toMatchObject({ text: 'bread', name: 'BEN' });
  });

  it("of a group goes into the group's conversation, which is named", async () => {
    server.on('conversation.get', () => ({ type: 'conversation', conversation: { ...truth.record(), title: 'Cooks' } }));
    const { chat } = await open(callOf({ anna: 'joined', ben: 'joined', cleo: 'joined' }, 'c'));
    expect(chat.store.get().audience).toEqual({ kind: 'group', title: 'Cooks' });
    expect(asked).toEqual([]);
  });

  it('ends where a third person comes in, takes nothing then, and comes back once two are left', async () => {
    const { chat, record } = await open(callOf({ anna: 'joined', ben: 'joined', cleo: 'ringing' }));
    expect(chat.store.get().audience).toMatchObject({ name: 'BEN' });
    record.set(callOf({ anna: 'joined', ben: 'joined', cleo: 'joined' }));
    expect(chat.store.get()).toEqual({ audience: null, messages: [], areNews: false, isRead: true });
    expect(chat.send('lost?')).toBe(false);
    expect(chat.files.get()).toBeNull();
    record.set(callOf({ anna: 'joined', ben: 'left', cleo: 'reconnecting' }));
    await settle();
    expect(asked).toEqual(['ben', 'cleo']);
    expect(chat.store.get().audience).toMatchObject({ name: 'CLEO' });
    expect(server.received('message.send')).toEqual([]);
  });

  it('has none where the conversation is not to be read, and asks again when the call has changed', async () => {
    server.on('conversation.get', () => ({ type: 'failed', code: 'forbidden', message: 'Not a member.' }));
    const call = callOf({ anna: 'joined', ben: 'joined' }, 'c');
    const { chat, record } = await open(call);
    expect(chat.send('soup')).toBe(false);
    server.on('conversation.get', () => ({ type: 'conversation', conversation: truth.record() }));
    record.set({ ...call, version: 2 });
    await settle();
    expect(chat.send('soup')).toBe(true);
  });

  it('is read in the conversation too once it was looked at', async () => {
    truth.post('bread');
    const { chat } = await open(callOf({ anna: 'joined', ben: 'joined' }));
    expect(chat.store.get().isRead).toBe(false);
    chat.markRead();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.received('mark.read')).toMatchObject([{ conversation: 'c', seq: 1 }]);
    expect(chat.store.get().isRead).toBe(true);
    chat.markRead();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.received('mark.read')).toHaveLength(1);
  });
});
