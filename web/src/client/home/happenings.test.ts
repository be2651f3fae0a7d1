import type { Notice } from '@tureen/client';
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
