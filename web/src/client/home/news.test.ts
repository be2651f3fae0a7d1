import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConversation } from '../../../sdk/test/fakeConversation';
import { FakeServer, online, settle } from '../../../sdk/test/fakeServer';
import { Drafts } from '../memory/drafts';
import type { NewsView } from './homeState';
import { NoticeBoard } from './noticeBoard';
import { Opened } from './opened';
import type { OpenTalk } from './openTalk';
import { Parts } from './parts';
import { Views } from './views';

let server: FakeServer;
let truth: FakeConversation;
let opened: Opened;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  truth = new FakeConversation(server, 'c');
  server.on('people.get', () => ({ type: 'people', people: [] }));
});
afterEach(() => {
  opened.end();
  vi.useRealTimers();
});

/** A conversation of so many messages, none of which has been read. */
async function begin(posts: number): Promise<OpenTalk> {
  for (let count = 0; count < posts; count += 1) truth.post('old');
  const parts = new Parts(await online(server));
  const views = new Views(parts);
  const drafts = new Drafts(null, 'anna');
  opened = new Opened({ parts, views, drafts, facts: { maxFileBytes: () => Promise.resolve(1000) }, me: 'anna', notices: new NoticeBoard(), lead: () => undefined, tell: () => undefined });
  opened.follow({ conversation: 'c', thread: null });
  await settle();
  if (opened.now === null) throw new Error('Nothing is open.');
  return opened.now.talk;
}

function viewOf(talk: OpenTalk): NewsView | undefined {
  return talk.news?.view(talk.pages.timeline.get());
}

function hear(count: number, each: () => void = () => undefined): void {
  for (let at = 0; at < count; at += 1) {
    server.tell(truth.post('new'));
    each();
  }
}

describe('what is new', () => {
  it('is begun with, and seen as far as somebody has come', async () => {
    const talk = await begin(120);
    expect(viewOf(talk)).toMatchObject({ first: 'm1', above: 0 });
    expect(viewOf(talk)?.turn).toBeGreaterThan(0);
    talk.handleLook({ last: 'm30', isAtEnd: false, isLow: true });
    expect(talk.seenUpTo).toBe(30);
    // The end of what was loaded is not the end.
    talk.handleLook({ last: 'm50', isAtEnd: true, isLow: true });
    expect(talk.seenUpTo).toBe(50);
    talk.chat.markRead(50);
    expect(viewOf(talk)?.first).toBe('m1');
  });

  it('is not taken for read where it was passed over', async () => {
    const talk = await begin(220);
    talk.handleLook({ last: 'm220', isAtEnd: true, isLow: true });
    expect([viewOf(talk)?.first, viewOf(talk)?.above, talk.seenUpTo]).toEqual([null, 220, 0]);
    talk.showNews();
    await settle();
    expect(viewOf(talk)).toMatchObject({ first: 'm1', above: 0 });
    talk.passNews();
    expect(talk.chat.record.get().unread).toBe(0);
  });

  it('begins anew with what comes after all was read', async () => {
    const talk = await begin(3);
    talk.chat.markRead();
    opened.now?.markRead();
    hear(1);
    opened.now?.markRead();
    expect(viewOf(talk)).toMatchObject({ first: 'm4', turn: 0 });
  });
});

describe('what comes live', () => {
  it('is bounded from above for who reads at the end, and from below for who reads on top', async () => {
    const talk = await begin(10);
    hear(800, () => talk.handleLook({ last: null, isAtEnd: true, isLow: true }));
    const { messages, hasOlder, hasNewer } = talk.pages.timeline.get();
    expect(messages.length).toBeLessThanOrEqual(340);
    expect([messages.at(-1)?.id, hasOlder, hasNewer]).toEqual(['m810', true, false]);
    const first = messages[0]?.id;
    hear(800, () => talk.handleLook({ last: null, isAtEnd: false, isLow: false }));
    const above = talk.pages.timeline.get();
    expect([above.messages[0]?.id, above.messages.length, above.hasNewer]).toEqual([first, 300, true]);
  });

  it('is bounded while the conversation is closed', async () => {
    const talk = await begin(10);
    opened.close();
    hear(800);
    expect(talk.pages.timeline.get().messages).toHaveLength(300);
    opened.follow({ conversation: 'c', thread: null });
    await settle();
    expect(opened.now?.talk.pages.timeline.get()).toMatchObject({ hasNewer: false });
  });
});
