import { type Chat, CommandError, type wire } from '@tureen/client';
import { expect, it } from 'vitest';
import { createGroup, Group } from './group';
import type { PersonView } from './homeState';

const BEN = { id: 'ben', name: 'Ben' } as PersonView;
const CLEO = { id: 'cleo', name: 'Cleo' } as PersonView;

function conversation(members: readonly string[], count = members.length): wire.Conversation {
  return { id: 'c', kind: 'group', members: members.map((user) => ({ user })), member_count: count } as wire.Conversation;
}

function groupOf(answer: () => Promise<unknown>, open: wire.Conversation | null = conversation(['anna'])): { group: Group; sent: unknown[] } {
  const sent: unknown[] = [];
  const send = (command: unknown): Promise<never> => {
    sent.push(command);
    return answer() as Promise<never>;
  };
  return { group: new Group({ send }, () => open), sent };
}

it('adds somebody to the open group and renames it', async () => {
  const { group, sent } = groupOf(() => Promise.resolve({ conversation: conversation(['anna', 'ben']) }));
  expect([await group.add(BEN), await group.rename('Soup club')]).toEqual([null, null]);
  expect(sent).toEqual([
    { type: 'conversation.add', conversation: 'c', users: ['ben'] },
    { type: 'conversation.update', conversation: 'c', title: 'Soup club' },
  ]);
});

it.each([
  ['forbidden', 'Only owners and moderators may do this.', 'Ask one of them.', 'Only owners and moderators may do this. Ask one of them.'],
  ['limit_exceeded', 'A conversation has at most 3 members.', '', 'A conversation has at most 3 members.'],
  ['invalid', 'Expected `str` of length >= 1 - at `$.users`', '', 'The server could not do this.'],
  ['not_found', 'There is no such user.', '', 'This group or this person is not there any more.'],
] as const)('says why the server refused: %s', async (code, message, hint, words) => {
  const { group } = groupOf(() => Promise.reject(new CommandError(code, message, { hint })));
  expect(await group.add(BEN)).toBe(words);
});

it('asks nothing of the server once the group is closed', async () => {
  const { group, sent } = groupOf(() => Promise.resolve(), null);
  expect(await group.rename('Late')).not.toBeNull();
  expect(sent).toEqual([]);
});

it('does not hide a defect', async () => {
  const { group } = groupOf(() => Promise.reject(new TypeError('defect')));
  await expect(group.add(BEN)).rejects.toThrow('defect');
});

it('says who was left out, and not why', async () => {
  const { group } = groupOf(() => Promise.resolve({ conversation: conversation(['anna']) }));
  expect(await group.add(BEN)).toBe('Ben cannot be added.');
});

it('knows of large groups by their size whether somebody came in', async () => {
  for (const [count, words] of [[201, null], [200, 'Ben cannot be added.']] as const) {
    const { group } = groupOf(() => Promise.resolve({ conversation: conversation(['anna'], count) }), conversation(['anna'], 200));
    expect(await group.add(BEN)).toBe(words);
  }
});

it('makes a group of those who can be added', async () => {
  const told: string[] = [];
  const made = (members: string[]) => ({ create: () => Promise.resolve({ record: { get: () => conversation(members) } } as unknown as Chat) });
  await createGroup(made(['anna', 'ben', 'cleo']), 'Soup club', [BEN, CLEO], (words) => told.push(words));
  await createGroup(made(['anna']), 'Soup club', [BEN, CLEO], (words) => told.push(words));
  expect(told).toEqual(['Ben, Cleo cannot be added.']);
});
