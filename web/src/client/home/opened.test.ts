import type { Chat } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConversation } from '../../../sdk/test/fakeConversation';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { type Around, entriesOf, rootOf } from './entries';
import type { FoundMessage } from './homeState';
import { Drafts } from '../memory/drafts';
import { NoticeBoard } from './noticeBoard';
import { type HomeAddress, Opened } from './opened';
import type { OpenTalk } from './openTalk';
import { Parts } from './parts';
import { Views } from './views';

let server: FakeServer;
let truth: FakeConversation;
let parts: Parts;
let opened: Opened;
let addresses: HomeAddress[];
let drafts: Drafts;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  truth = new FakeConversation(server, 'c');
  for (let count = 1; count <= 120; count += 1) truth.post(`line ${count}`);
  truth.post('beneath', { thread: 'm3' });
  server.on('people.get', () => ({ type: 'people', people: [] }));
  parts = new Parts(await online(server));
  addresses = [];
  drafts = new Drafts(null, 'anna');
  opened = new Opened({ parts, views: new Views(parts), drafts, facts: { maxFileBytes: () => Promise.resolve(1000) }, me: 'anna', notices: new NoticeBoard(), lead: (address) => addresses.push(address), tell: () => undefined });
});
afterEach(() => {
  opened.end();
  vi.useRealTimers();
});

function found(id: string, seq: number, thread: string | null): FoundMessage {
  const sender = new Views(parts).person('ben');
  return { id, seq, conversation: 'c', title: '', thread, sender, isOwn: false, atMs: seq, words: [] };
}

function around(): Around {
  const views = new Views(parts);
  return { me: 'anna', person: (id) => views.person(id), sender: (id, told) => views.sender(id, told) };
}

function texts(chat: Chat, talk: OpenTalk): readonly string[] {
  return entriesOf(chat, talk.pages, around()).map((entry) => (entry.kind === 'message' ? entry.message.text : entry.happening.text));
}

describe('what is open', () => {
  it('goes to a message that was found, pages both ways, and comes back to the newest', async () => {
    opened.find(found('m60', 60, null));
    await settle();
    const open = opened.now;
    if (open === null) throw new Error('Nothing is open.');
    const { chat, talk } = open;
    expect(talk.focus.get()?.id).toBe('m60');
    expect([texts(chat, talk).at(0), texts(chat, talk).at(-1)]).toEqual(['line 10', 'line 109']);
    talk.loadLater();
    await settle();
    expect(texts(chat, talk).at(-1)).toBe('line 120');
    talk.loadEarlier();
    await settle();
    expect(texts(chat, talk).at(0)).toBe('line 1');
    opened.find(found('m5', 5, null));
    await settle();
    expect(server.received('history.get').filter(({ after }) => after === 4)).toEqual([]);
    expect(talk.focus.get()?.id).toBe('m5');
    talk.loadNewest();
    expect(talk.focus.get()).toBeNull();
  });

  it('shows what is written from the past, at the end', async () => {
    opened.find(found('m5', 5, null));
    await settle();
    opened.talk('conversation')?.send('Here I am');
    await settle();
    const open = opened.now;
    expect(open === null ? [] : texts(open.chat, open.talk).slice(-1)).toEqual(['Here I am']);
    expect(open?.talk.pages.timeline.get().hasNewer).toBe(false);
  });

  it('opens the thread of a message that was found in one, and writes there', async () => {
    opened.find(found('m121', 121, 'm3'));
    await settle();
    const open = opened.now;
    const thread = open?.thread;
    if (open === null || thread === null || thread === undefined) throw new Error('No thread is open.');
    expect(rootOf(open.chat, thread.talk.pages, around())).toMatchObject({ text: 'line 3', threadReplies: 1 });
    opened.talk('thread')?.send('me too');
    expect(texts(open.chat, thread.talk)).toEqual(['beneath', 'me too']);
    expect(texts(open.chat, open.talk)).not.toContain('me too');
    await settle();
    expect(server.received('message.send')).toMatchObject([{ text: 'me too', thread: 'm3' }]);
  });

  it('tells members whose names are written that they are meant', async () => {
    server.on('people.get', () => ({ type: 'people', people: [{ id: 'ben', name: 'Ben Okubo' }] }));
    server.on('message.edit', () => ({ type: 'done' }));
    opened.follow({ conversation: 'c', thread: null });
    await settle();
    const open = opened.now;
    if (open === null) throw new Error('Nothing is open.');
    texts(open.chat, open.talk); // the names are asked for
    await settle();
    opened.talk('conversation')?.send('@Ben Okubo and @anna, are you there?');
    await settle();
    expect(server.received('message.send')).toMatchObject([{ mentions: ['ben'] }]);
    for (const event of truth.log.slice(-1)) server.tell(event);
    opened.talk('conversation')?.startEditOfLast();
    opened.talk('conversation')?.send('Are you there?');
    await settle();
    expect(server.received('message.edit')).toMatchObject([{ text: 'Are you there?', mentions: [] }]);
  });

  it('keeps what was not sent, each where it was written', async () => {
    opened.follow({ conversation: 'c', thread: 'm3' });
    await settle();
    opened.talk('conversation')?.keepDraft('half a');
    opened.talk('thread')?.keepDraft('another half');
    opened.close();
    opened.follow({ conversation: 'c', thread: 'm3' });
    await settle();
    expect([opened.talk('conversation')?.draft, opened.talk('thread')?.draft]).toEqual(['half a', 'another half']);
    opened.talk('conversation')?.send('half a sentence');
    expect([opened.talk('conversation')?.draft, opened.talk('thread')?.draft]).toEqual(['', 'another half']);
  });

  it('leads the address bar, and follows it', async () => {
    opened.follow({ conversation: 'c', thread: 'm3' });
    await settle();
    opened.closeThread();
    opened.follow({ conversation: 'c', thread: null });
    opened.follow({ conversation: null, thread: null });
    expect(addresses).toEqual([
      { conversation: 'c', thread: 'm3' },
      { conversation: 'c', thread: null },
      { conversation: null, thread: null },
    ]);
    expect(opened.now).toBeNull();
  });

  it('stays closed if it was closed while it was on its way', async () => {
    opened.follow({ conversation: 'c', thread: null });
    opened.close();
    await settle();
    expect(opened.now).toBeNull();
  });
});
