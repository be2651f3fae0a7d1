import { Chats, Directory } from '@tureen/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeConversation } from '../../../sdk/test/fakeConversation';
import { FakeServer, online } from '../../../sdk/test/fakeServer';
import { Searcher } from './search';

let server: FakeServer;
let searcher: Searcher;
let errors: unknown[];

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeServer();
  const truth = new FakeConversation(server, 'c');
  for (let count = 0; count < 3; count += 1) truth.post(`soup ${count}`);
  const [one, two, three] = truth.messages(null);
  server.on('people.search', () => ({ type: 'people', people: [{ id: 'soupy', name: 'Soupy' }] }));
  server.on('message.search', ({ before }) => {
    const messages = [three, two, one].flatMap((message) => (message === undefined ? [] : [message]));
    const earlier = messages.filter(({ sent_at }) => sent_at < (before ?? Infinity));
    return { type: 'messages', messages: earlier.slice(0, 2), more: earlier.length > 2 };
  });
  const connection = await online(server);
  errors = [];
  searcher = new Searcher(new Chats(connection), new Directory(connection), (error) => errors.push(error));
});
afterEach(() => vi.useRealTimers());

function texts(): readonly string[] | undefined {
  return searcher.store.get()?.messages?.map(({ text }) => text);
}

describe('search', () => {
  it('asks once somebody has stopped typing, for people and messages', async () => {
    searcher.search('so');
    searcher.search(' soup ');
    expect(searcher.store.get()).toMatchObject({ query: 'soup', people: null, messages: null });
    await vi.advanceTimersByTimeAsync(400);
    expect(server.received('message.search').map(({ query }) => query)).toEqual(['soup']);
    expect(searcher.store.get()).toMatchObject({ people: ['soupy'], more: true });
    expect(texts()).toEqual(['soup 2', 'soup 1']);
  });

  it('goes on where the page ended, once at a time', async () => {
    searcher.search('soup');
    await vi.advanceTimersByTimeAsync(400);
    searcher.loadMore();
    searcher.loadMore();
    await vi.advanceTimersByTimeAsync(10);
    expect(texts()).toEqual(['soup 2', 'soup 1', 'soup 0']);
    expect(searcher.store.get()?.more).toBe(false);
    expect(server.received('message.search')).toHaveLength(2);
  });

  it('shows nothing of what somebody searched for before', async () => {
    server.on('people.search', () => null);
    searcher.search('soup');
    await vi.advanceTimersByTimeAsync(400);
    searcher.search('');
    expect(searcher.store.get()).toBeNull();
    searcher.search('bread');
    expect(searcher.store.get()).toMatchObject({ query: 'bread', messages: null });
  });

  it('says what the server refused, and waits no longer', async () => {
    server.on('message.search', () => ({ type: 'failed', code: 'rate_limited', message: 'Too fast.' }));
    searcher.search('soup');
    await vi.advanceTimersByTimeAsync(400);
    expect(errors).toMatchObject([{ code: 'rate_limited' }]);
    expect(searcher.store.get()).toMatchObject({ messages: [], more: false });
  });
});
