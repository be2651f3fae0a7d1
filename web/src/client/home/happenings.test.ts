import type { Notice, wire } from '@tureen/client';
import { describe, expect, it } from 'vitest';
import { happeningOf } from './happenings';

const NAMES: Record<string, string> = { me: 'Anna', ben: 'Ben', eve: 'Eve', cyd: 'Cyd' };

describe('what happened between messages', () => {
  it.each<[string, string, Notice['happening']]>([
    ['Ben began this with you and Eve', 'ben', { kind: 'joined', users: ['ben', 'me', 'eve'] }],
    ['You added Ben, Eve and Cyd', 'me', { kind: 'joined', users: ['ben', 'eve', 'cyd'] }],
    ['Ben joined', 'ben', { kind: 'joined', users: ['ben'] }],
    ['You left', 'me', { kind: 'left', users: ['me'] }],
    ['Ben removed Eve', 'ben', { kind: 'left', users: ['eve'] }],
    ['You are a moderator now', 'ben', { kind: 'role_changed', user: 'me', role: 'moderator' }],
    ['Eve is an owner now', 'ben', { kind: 'role_changed', user: 'eve', role: 'owner' }],
    ['Eve named this “Soup”', 'eve', { kind: 'renamed', title: 'Soup' }],
  ])('%s', (words, sender, happening) => {
    const notice = { seq: 1, at: 2, sender, happening };
    expect(happeningOf(notice, 'me', (id) => NAMES[id] ?? id).text).toBe(words);
  });
});

describe('the trace of a call', () => {
  const call: wire.Call = {
    id: 'k', version: 3, caller: 'ben', media: 'audio', state: 'ended', end: 'missed', room: 'r', path: 'room', generation: 1, conversation: 'g',
    created_at: 0, ring_until: 0, ended_at: 180_000, parties: [{ user: 'ben', state: 'left' }, { user: 'eve', state: 'missed' }],
  };
  const words = (part: Partial<wire.Call>): string =>
    happeningOf({ seq: 1, at: 2, sender: 'ben', happening: { kind: 'call_ended', call: { ...call, ...part } } }, 'me', (id) => NAMES[id] ?? id).text;

  it('was missed by those alone who were called', () => {
    expect(words({})).toBe('Call, no answer');
    expect(words({ parties: [...call.parties, { user: 'me', state: 'missed' }] })).toBe('Missed call from Ben');
  });

  it('tells members who were not in it how long it lasted', () => {
    expect(words({ end: 'hung_up', connected_at: 60_000 })).toBe('Call, 2 min');
  });
});
