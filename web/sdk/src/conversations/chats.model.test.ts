import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginChat, type BegunChat } from '../../test/begunChat';
import type { FakeConversation } from '../../test/fakeConversation';
import { settle } from '../../test/fakeServer';
import { chatMessage } from './chatMessage';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Reactions in one order: users and labels come in the order of arrival, which pages and events may tell apart. */
function shown(messages: readonly Parameters<typeof chatMessage>[0][]): unknown {
  return messages.map((message) => chatMessage(message)).map((message) => ({
    ...message,
    replies_seq: 0,
    reactions: message.reactions.flatMap(({ label, users }) => users.map((user) => `${label} ${user}`)).sort(),
  }));
}

describe('what happens to messages', () => {
  type Deed = 'post' | 'reply' | 'edit' | 'delete' | 'react' | 'unreact' | 'rename';
  type Step =
    | { readonly kind: Deed; readonly which: number; readonly fate: Fate }
    | { readonly kind: 'drop' | 'older' | 'settle' | 'forget' };
  type Fate = 'comes' | 'lost' | 'twice' | 'late';

  const fate = fc.constantFrom<Fate>('comes', 'lost', 'twice', 'late');
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom<Deed>('post', 'reply', 'edit', 'delete', 'react', 'unreact', 'rename'),
        which: fc.nat({ max: 80 }),
        fate,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom<'drop' | 'older' | 'settle' | 'forget'>('drop', 'older', 'settle', 'forget') }) },
  );

  function happen(truth: FakeConversation, kind: Deed, which: number) {
    const all = truth.messages(null);
    const message = all[which % Math.max(1, all.length)];
    if (kind === 'post' || message === undefined) return truth.post(`post ${which}`, { sender: which % 2 ? 'anna' : 'ben' });
    const { id, version = 1 } = message;
    if (kind === 'reply') return truth.post(`reply ${which}`, { thread: id });
    if (kind === 'rename') return truth.happen({ kind: 'renamed', title: `name ${which}` });
    if (kind === 'edit') return truth.happen({ kind: 'edited', message: id, version: version + 1, text: `edit ${which}` });
    if (kind === 'delete') return truth.happen({ kind: 'deleted', message: id, version: version + 1 });
    return truth.happen({ kind: 'reacted', message: id, label: 'heart', on: kind === 'react' }, which % 2 ? 'anna' : 'ben');
  }

  async function play({ chat, server, truth }: BegunChat, steps: readonly Step[]): Promise<void> {
    const late: ReturnType<typeof happen>[] = [];
    for (const one of steps) {
      if ('fate' in one) {
        const event = happen(truth, one.kind, one.which);
        if (one.fate === 'late') late.push(event);
        else if (one.fate !== 'lost') server.tell(event);
        if (one.fate === 'twice') server.tell(event);
        if (one.kind === 'react') for (const each of late.splice(0).reverse()) server.tell(each);
      } else if (one.kind === 'older') void chat.pages.loadOlder().catch(() => undefined);
      else if (one.kind === 'settle') await settle();
      else if (one.kind === 'forget') truth.keptAfter = truth.head;
      else {
        server.socket.drop();
        await vi.advanceTimersByTimeAsync(1_000);
      }
    }
  }

  it('ends in the same state, whatever is lost, doubled or late, over drops and pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat({ max: 70 }), async (steps, posts) => {
        const begun = await beginChat(posts);
        const { chat, chats, connection, server, truth } = begun;
        void chat.pages.loadNewest();
        const thread = chat.thread('m1');
        void thread.loadNewest();
        await play(begun, steps);
        server.tell(truth.post('the last one'));
        await vi.advanceTimersByTimeAsync(10_000);
        while (chat.timeline.get().hasOlder) {
          void chat.pages.loadOlder();
          await settle();
        }
        expect(shown(chat.timeline.get().messages)).toEqual(shown(truth.messages(null)));
        const root = truth.messages(null).find(({ id }) => id === 'm1');
        if (posts > 0 && root !== undefined) {
          expect(thread.timeline.get().root).toMatchObject({ thread_replies: root.thread_replies ?? 0 });
          expect(shown(thread.timeline.get().messages)).toEqual(shown(truth.messages('m1')));
        }
        expect(chat.timeline.get().notices.map(({ seq }) => seq)).toEqual(truth.happenings().map(({ seq }) => seq));
        expect(chat.record.get().last_message?.text).toBe('the last one');
        expect(chat.position.seq).toBe(truth.head);
        connection.close();
        chats.end();
      }),
      { numRuns: 150 },
    );
  });
});
