import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginChat, listed, open } from '../../test/begunChat';
import { FakeConversation } from '../../test/fakeConversation';
import { FakeServer, online, settle } from '../../test/fakeServer';
import type { Connection } from '../connection/connection';
import type { Chat } from './chat';
import { Chats } from './chats';

let server: FakeServer;
let truth: FakeConversation;
let connection: Connection;
let chats: Chats;

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

async function begin(posts = 0): Promise<Chat> {
  const begun = await beginChat(posts);
  ({ server, truth, connection, chats } = begun);
  return begun.chat;
}

function texts(chat: Chat): readonly string[] {
  return chat.timeline.get().messages.map(({ text }) => text);
}

describe('files', () => {
  it('get fresh addresses, and whatever else became of their message stays', async () => {
    const chat = await begin(2);
    const file = (url: string) => [{ id: 'f', name: 'soup.png', media_type: 'image/png', size_bytes: 1, url }];
    const event = truth.post('look');
    if (event.event.kind !== 'posted') throw new Error('It was not posted.');
    Object.assign(event.event.message, { attachments: file('/old') });
    await open(chat);
    Object.assign(event.event.message, { attachments: file('/fresh') });
    server.tell(truth.happen({ kind: 'reacted', message: 'm3', label: '👍' }));
    void chat.pages.renewFiles('m3');
    void chat.pages.renewFiles('nobody');
    await settle();
    expect(server.received('history.get').at(-1)).toMatchObject({ before: 4, limit: 1 });
    const [, , message] = chat.timeline.get().messages;
    expect([message?.attachments[0]?.url, message?.reactions.length]).toEqual(['/fresh', 1]);
    expect(texts(chat)).toEqual(['old 0', 'old 1', 'look']);
  });
});

describe('the list', () => {
  it('goes back page by page, whatever was looked up meanwhile', async () => {
    server = new FakeServer();
    const record = new FakeConversation(server, 'c').record();
    const all = Array.from({ length: 120 }, (_, at) => ({ ...record, id: `c${at}`, active_at: 1_000 - at }));
    server.on('conversation.list', ({ before = null, limit = 0 }) => {
      const older = all.filter(({ active_at: at }) => before === null || at < before);
      return { type: 'conversations', conversations: older.slice(0, before === null ? limit + 1 : limit) };
    });
    server.on('conversation.get', ({ conversation }) => ({ type: 'conversation', conversation: all.find(({ id }) => id === conversation) ?? record }));
    chats = new Chats(await online(server));
    await listed(chats);
    void chats.get('c119');
    await settle();
    expect([chats.list.get().length, chats.hasMore]).toEqual([52, true]);
    void chats.loadMore();
    void chats.loadMore();
    await settle();
    expect([chats.list.get().length, chats.hasMore]).toEqual([102, true]);
    void chats.loadMore();
    await settle();
    expect(chats.list.get().map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(chats.hasMore).toBe(false);
  });
});

describe('a conversation', () => {
  it('shows the newest page, then older ones, then what comes', async () => {
    const chat = await begin(120);
    await open(chat);
    expect(texts(chat)).toHaveLength(50);
    expect(chat.timeline.get()).toMatchObject({ hasOlder: true, hasNewer: false });
    void chat.pages.loadOlder();
    void chat.pages.loadOlder();
    await settle();
    expect(texts(chat)).toHaveLength(100);
    void chat.pages.loadOlder();
    await settle();
    expect(chat.timeline.get().hasOlder).toBe(false);
    server.tell(truth.post('new'));
    expect(texts(chat)).toEqual(truth.messages(null).map(({ text }) => text));
  });

  it('opens in the middle and comes to the present by pages', async () => {
    const chat = await begin(200);
    void chat.pages.openAt(60);
    await settle();
    expect(texts(chat).at(0)).toBe('old 9');
    server.tell(truth.post('new'));
    expect(texts(chat)).not.toContain('new');
    while (chat.timeline.get().hasNewer) {
      void chat.pages.loadNewer();
      await settle();
    }
    expect(texts(chat).at(-1)).toBe('new');
    server.tell(truth.post('newer'));
    expect(texts(chat).at(-1)).toBe('newer');
  });

  it('keeps no more than it was told to, by pages and while nobody reads in it', async () => {
    const chat = await begin(200);
    await open(chat);
    void chat.pages.loadOlder(80);
    await settle();
    expect([texts(chat).at(0), texts(chat).length]).toEqual(['old 100', 80]);
    void chat.pages.loadNewer(80);
    await settle();
    expect([texts(chat).at(-1), texts(chat).length, chat.timeline.get().hasNewer]).toEqual(['old 199', 80, false]);
    chat.pages.keep(60);
    server.tell(truth.post('new'));
    expect([texts(chat).at(-1), texts(chat).length, chat.timeline.get().hasOlder]).toEqual(['new', 60, true]);
    chat.pages.keep(Infinity);
    server.tell(truth.post('newer'));
    expect(texts(chat)).toHaveLength(61);
  });

  it('counts what is unread while its own mark moves, also where the timeline ends before the present', async () => {
    const chat = await begin(200);
    void chat.pages.openAt(1);
    await settle();
    for (const [seq, unread] of [[10, 190], [10, 190], [47, 153]] as const) {
      chat.markRead(seq);
      expect(chat.record.get().unread).toBe(unread);
    }
    expect(server.received('conversation.get')).toHaveLength(0);
    chat.markRead();
    expect(chat.record.get().unread).toBe(0);
  });

  it('keeps what is posted under a message apart, and counts it', async () => {
    const chat = await begin(1);
    await open(chat);
    const thread = chat.thread('m1');
    void thread.loadNewest();
    await settle();
    server.tell(truth.post('reply', { thread: 'm1' }));
    expect(thread.timeline.get().messages.map(({ text }) => text)).toEqual(['reply']);
    expect(chat.timeline.get().messages).toMatchObject([{ id: 'm1', thread_replies: 1 }]);
  });

  it('counts a reply once, whether the page or its event comes first', async () => {
    const chat = await begin(1);
    await open(chat);
    const heldBack = truth.post('first', { thread: 'm1' });
    const thread = chat.thread('m1');
    void thread.loadNewest(); // read with the reply, before its event comes
    await settle();
    server.tell(heldBack);
    expect(thread.timeline.get().root).toMatchObject({ thread_replies: 1 });
    expect(chat.timeline.get().messages).toMatchObject([{ id: 'm1', thread_replies: 1 }]);

    const other = new Chats(connection);
    const anew = await other.get('c');
    void anew.pages.loadNewest(); // read without the second one, and answered once its event has come
    server.tell(truth.post('second', { thread: 'm1' }));
    await settle();
    expect(anew.timeline.get().messages).toMatchObject([{ id: 'm1', thread_replies: 2 }]);
  });

  it('keeps the addresses that a file was read with, when an older event comes late', async () => {
    const chat = await begin();
    const file = (url: string) => ({ id: 'f1', name: 'soup.png', media_type: 'image/png', size_bytes: 9, url });
    const posted = truth.post('soup');
    if (posted.event.kind === 'posted') Object.assign(posted.event.message, { attachments: [file('/read')] });
    const heldBack = truth.happen({ kind: 'attachment_changed', message: 'm1', attachment: file('/old') });
    await open(chat);
    server.tell(posted);
    server.tell(heldBack);
    expect(chat.timeline.get().messages[0]?.attachments[0]?.url).toBe('/read');
    server.tell(truth.happen({ kind: 'attachment_changed', message: 'm1', attachment: file('/new') }));
    expect(chat.timeline.get().messages[0]?.attachments[0]?.url).toBe('/new');
  });

  it('reads a thread page by page, with the message that it is under', async () => {
    const chat = await begin(1);
    for (let count = 0; count < 70; count += 1) server.tell(truth.post(`reply ${count}`, { thread: 'm1' }));
    const thread = chat.thread('m1');
    void thread.loadNewest();
    await settle();
    expect(thread.timeline.get()).toMatchObject({ root: { id: 'm1', text: 'old 0', thread_replies: 70 }, hasOlder: true });
    void thread.loadOlder();
    await settle();
    expect(thread.timeline.get().messages).toHaveLength(70);
    server.tell(truth.post('reply 70', { thread: 'm1' }));
    server.tell(truth.happen({ kind: 'edited', message: 'm1', version: 2, text: 'anew' }));
    expect(thread.timeline.get()).toMatchObject({ root: { text: 'anew', thread_replies: 71 }, hasOlder: false });
    server.tell(truth.happen({ kind: 'deleted', message: 'm1', version: 3 }));
    expect(thread.timeline.get().root).toMatchObject({ text: '', thread_replies: 71 });
    expect(thread.timeline.get().root?.deleted_at).not.toBeNull();
  });

  it('writes into a thread, and hands over to what is stored there', async () => {
    const chat = await begin(1);
    await open(chat);
    const thread = chat.thread('m1');
    void thread.loadNewest();
    await settle();
    chat.outgoing.send({ text: 'beneath', thread: 'm1' });
    await settle();
    expect(server.received('message.send')).toMatchObject([{ text: 'beneath', thread: 'm1' }]);
    expect(chat.outgoing.store.get()).toMatchObject([{ state: 'sent', thread: 'm1' }]);
    void thread.reload();
    await settle();
    expect(chat.outgoing.store.get()).toEqual([]);
    expect(texts(chat)).toEqual(['old 0']);
  });

  it('tells what happened between the messages, also before the page opened', async () => {
    await begin();
    for (let count = 0; count < 30; count += 1) {
      server.tell(truth.post(`old ${count}`));
      server.tell(truth.happen({ kind: 'renamed', title: `name ${count}` }));
    }
    connection.close();
    connection = await online(server);
    chats = new Chats(connection);
    const chat = await listed(chats);
    await open(chat);
    const { messages, notices } = chat.timeline.get();
    expect([messages.length, notices.length]).toEqual([25, 25]);
    void chat.pages.loadOlder();
    await settle();
    expect(chat.timeline.get().notices.map(({ seq }) => seq)).toEqual(truth.happenings().map(({ seq }) => seq));
    server.tell(truth.happen({ kind: 'joined', users: ['eve'] }));
    expect(chat.timeline.get().notices.at(-1)?.happening).toEqual({ kind: 'joined', users: ['eve'] });
  });

  it('finds messages, and goes on where the page ended', async () => {
    const chat = await begin(1);
    server.on('message.search', () => ({ type: 'messages', messages: [...truth.messages(null)], more: true }));
    const found = chats.search('ol', { before: 9 });
    await settle();
    expect(await found).toMatchObject({ messages: [{ id: 'm1', reply_to: null }], more: true });
    expect(server.received('message.search')).toMatchObject([{ query: 'ol', before: 9 }]);
    expect(chat.timeline.get().messages).toEqual([]);
  });

  it('asks for events that are missing', async () => {
    const chat = await begin(1);
    await open(chat);
    truth.post('lost');
    server.tell(truth.post('came'));
    expect(texts(chat)).toEqual(['old 0']);
    await settle();
    expect(texts(chat)).toEqual(['old 0', 'lost', 'came']);
    expect(server.received('events.get')).toMatchObject([{ epoch: 'e1', after: 1 }]);
  });

  it('notices a loss at the end by what the record says', async () => {
    const chat = await begin(1);
    await open(chat);
    truth.post('lost');
    server.tell({ type: 'conversation.changed', conversation: truth.record() });
    await vi.advanceTimersByTimeAsync(1_100);
    expect(texts(chat)).toEqual(['old 0', 'lost']);
  });

  it('reads anew when its position is void', async () => {
    const chat = await begin(3);
    await open(chat);
    truth.epoch = 'e2';
    truth.log = [];
    truth.post('of another history');
    server.tell({ type: 'gap', conversation: 'c', epoch: 'e2', head_seq: 1 });
    await settle();
    expect(texts(chat)).toEqual(['of another history']);
    expect(chat.position).toEqual({ conversation: 'c', epoch: 'e2', seq: 1 });
    server.tell(truth.post('next'));
    expect(texts(chat)).toEqual(['of another history', 'next']);
  });

  it('states its position when it comes back', async () => {
    await begin(3);
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.hello.positions).toEqual([{ conversation: 'c', epoch: 'e1', seq: 3 }]);
  });

  it('learns of one that is new by its first event, and forgets one that is gone', async () => {
    await begin();
    server.tell({ ...truth.post('elsewhere'), conversation: 'd' });
    server.on('conversation.get', () => ({ type: 'conversation', conversation: { ...truth.record(), id: 'd' } }));
    await settle();
    expect(chats.list.get().map(({ id }) => id)).toContain('c');
    server.tell({ type: 'conversation.gone', conversation: 'c' });
    expect(chats.list.get().map(({ id }) => id)).not.toContain('c');
  });
});

describe('writing', () => {
  it('shows a message at once and hands over to the stored one', async () => {
    const chat = await begin();
    await open(chat);
    server.on('message.send', () => null);
    const id = chat.outgoing.send({ text: 'hi' });
    expect(chat.outgoing.store.get()).toMatchObject([{ id, text: 'hi', state: 'pending' }]);
    server.tell(truth.post('hi', { sender: 'anna', command: id }));
    expect(chat.outgoing.store.get()).toEqual([]);
    expect(texts(chat)).toEqual(['hi']);
    server.socket.deliver({ type: 'sent', id, conversation: 'c', epoch: 'e1', seq: 1, message: 'm1', sent_at: 1 });
    await settle();
    expect(chat.outgoing.store.get()).toEqual([]);
  });

  it('is stored once over drops, though the acknowledgement was lost', async () => {
    const chat = await begin();
    await open(chat);
    const reply = server.handlers.get('message.send');
    server.on('message.send', (command) => (reply?.(command as never), null));
    chat.outgoing.send({ text: 'once' });
    await settle();
    if (reply !== undefined) server.handlers.set('message.send', reply);
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(truth.messages(null).map(({ text }) => text)).toEqual(['once']);
    expect(texts(chat)).toEqual(['once']);
    expect(chat.outgoing.store.get()).toEqual([]);
  });

  it('says what failed, and tries again with the same id', async () => {
    const chat = await begin();
    const reply = server.handlers.get('message.send');
    server.on('message.send', () => ({ type: 'failed', code: 'rejected', message: 'Mind your words.' }));
    const id = chat.outgoing.send({ text: 'hi' });
    await settle();
    expect(chat.outgoing.store.get()).toMatchObject([{ state: 'failed', error: { code: 'rejected' } }]);
    if (reply !== undefined) server.handlers.set('message.send', reply);
    chat.outgoing.retry(id);
    expect(chat.outgoing.store.get()).toMatchObject([{ state: 'pending', error: null }]);
    await settle();
    expect(server.received('message.send').map((one) => one.id)).toEqual([id, id]);
    expect(chat.outgoing.store.get()).toMatchObject([{ state: 'sent', message: 'm1' }]);
    chat.outgoing.discard(id);
    expect(chat.outgoing.store.get()).toHaveLength(1);
  });
});

describe('marks', () => {
  it('confirms what others wrote, and counts what is unread until it is read', async () => {
    const chat = await begin();
    await open(chat);
    server.tell(truth.post('one'));
    server.tell(truth.post('two'));
    server.tell(truth.post('mine', { sender: 'anna' }));
    expect(chat.record.get().unread).toBe(2);
    await vi.advanceTimersByTimeAsync(300);
    expect(server.received('mark.delivered')).toMatchObject([{ seq: 2 }]);
    chat.markRead(1);
    expect(chat.record.get().unread).toBe(1);
    chat.markRead();
    chat.markRead(2);
    expect(chat.record.get().unread).toBe(0);
    await vi.advanceTimersByTimeAsync(300);
    expect(server.received('mark.read')).toMatchObject([{ seq: 3 }]);
  });

  it('tells at once up to where was read, when the page goes', async () => {
    const chat = await begin(3);
    await open(chat);
    await vi.advanceTimersByTimeAsync(300);
    chat.markRead();
    chats.flushMarks();
    expect(server.received('mark.read')).toMatchObject([{ seq: 3 }]);
    await vi.advanceTimersByTimeAsync(300);
    chats.flushMarks();
    expect(server.received('mark.read')).toHaveLength(1);
  });

  it('follows the other devices and the other members', async () => {
    const chat = await begin(4);
    await open(chat);
    expect(chat.record.get().unread).toBe(4);
    server.tell({ type: 'marked', conversation: 'c', user: 'anna', delivered_seq: 4, read_seq: 3 });
    expect(chat.record.get().unread).toBe(1);
    server.tell({ type: 'marked', conversation: 'c', user: 'ben', delivered_seq: 4, read_seq: 2 });
    server.tell({ type: 'marked', conversation: 'c', user: 'ben', delivered_seq: 1, read_seq: 1 });
    expect(chat.record.get().members?.find(({ user }) => user === 'ben')).toMatchObject({ read_seq: 2, delivered_seq: 4 });
  });
});

describe('typing, signals and states', () => {
  it('forgets who types after 5 s, or when they post', async () => {
    const chat = await begin();
    server.tell({ type: 'typing', conversation: 'c', user: 'ben' });
    await vi.advanceTimersByTimeAsync(4_000);
    server.tell({ type: 'typing', conversation: 'c', user: 'ben' });
    await vi.advanceTimersByTimeAsync(4_000);
    expect(chat.typing.users.get()).toEqual(['ben']);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(chat.typing.users.get()).toEqual([]);
    server.tell({ type: 'typing', conversation: 'c', user: 'ben' });
    server.tell(truth.post('there'));
    expect(chat.typing.users.get()).toEqual([]);
  });

  it('tells of own typing every 3 s at most', async () => {
    const chat = await begin();
    chat.typing.note();
    chat.typing.note();
    await vi.advanceTimersByTimeAsync(3_000);
    chat.typing.note();
    expect(server.received('typing')).toHaveLength(2);
  });

  it('keeps the newest value of each key, and reads them again after a drop', async () => {
    const chat = await begin();
    server.on('state.get', () => ({ type: 'states', states: [{ key: 'slide', data: 4, sender: 'ben', changed_at: 10 }] }));
    void chat.states.load();
    await settle();
    const state = { type: 'state', conversation: 'c', sender: 'ben' } as const;
    server.tell({ ...state, key: 'slide', data: 6, changed_at: 12 });
    server.tell({ ...state, key: 'slide', data: 5, changed_at: 11 });
    expect(chat.states.store.get().get('slide')?.data).toBe(6);
    server.tell({ ...state, key: 'slide', changed_at: 13 });
    expect(chat.states.store.get().size).toBe(0);
    server.on('state.get', () => ({ type: 'states', states: [{ key: 'lamp', data: true, sender: 'ben', changed_at: 20 }] }));
    server.socket.drop();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...chat.states.store.get().keys()]).toEqual(['lamp']);
  });

  it('passes signals on while connected, and never later', async () => {
    const chat = await begin();
    const heard: unknown[] = [];
    chat.onSignal((signal) => heard.push(signal));
    server.tell({ type: 'signal', conversation: 'c', sender: 'ben', name: 'wave', data: { x: 1 } });
    expect(heard).toEqual([{ sender: 'ben', name: 'wave', data: { x: 1 } }]);
    server.socket.drop();
    await expect(chat.signal('wave', null)).rejects.toMatchObject({ code: 'offline' });
  });
});
