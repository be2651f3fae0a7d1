import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationEvent } from '../protocol';
import { foldRecord } from './record';

function happened(seq: number, event: ConversationEvent['event']): ConversationEvent {
  return { type: 'conversation.event', conversation: 'c', epoch: 'e', seq, sender: 'anna', at: seq, event };
}

const GROUP: Conversation = {
  id: 'c', kind: 'group', epoch: 'e', head_seq: 1, created_at: 0, active_at: 0, member_count: 2,
  members: [{ user: 'anna', role: 'owner', joined_at: 0 }, { user: 'ben', joined_at: 0 }],
};

function members({ members: all = [] }: Conversation): string[] {
  return all.map(({ user }) => user);
}

describe('who is in a group', () => {
  it('follows those who come and go', () => {
    const grown = foldRecord(GROUP, happened(2, { kind: 'joined', users: ['cleo', 'ben'] }), 'anna');
    expect([members(grown), grown.member_count]).toEqual([['anna', 'ben', 'cleo'], 3]);
    const shrunk = foldRecord(grown, happened(3, { kind: 'left', users: ['ben'] }), 'anna');
    expect([members(shrunk), shrunk.member_count]).toEqual([['anna', 'cleo'], 2]);
  });

  it('counts those of a large one, which it does not name', () => {
    const large = { ...GROUP, members: [{ user: 'anna', joined_at: 0 }], member_count: 200 };
    const grown = foldRecord(large, happened(2, { kind: 'joined', users: ['zoe'] }), 'anna');
    expect([members(grown), grown.member_count]).toEqual([['anna'], 201]);
  });

  it('hears of nothing twice', () => {
    const event = happened(2, { kind: 'left', users: ['ben'] });
    const once = foldRecord(GROUP, event, 'anna');
    expect(foldRecord(once, event, 'anna')).toBe(once);
  });
});
