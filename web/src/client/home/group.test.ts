import { CommandError } from '@tureen/client';
import { expect, it } from 'vitest';
import { Group } from './group';

function groupOf(answer: () => Promise<unknown>, open: string | null = 'c'): { group: Group; sent: unknown[] } {
  const sent: unknown[] = [];
  const send = (command: unknown): Promise<never> => {
    sent.push(command);
    return answer() as Promise<never>;
  };
  return { group: new Group({ send }, () => open), sent };
}

it('adds somebody to the open group and renames it', async () => {
  const { group, sent } = groupOf(() => Promise.resolve());
  expect([await group.add('ben'), await group.rename('Soup club')]).toEqual([null, null]);
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
  expect(await group.add('ben')).toBe(words);
});

it('asks nothing of the server once the group is closed', async () => {
  const { group, sent } = groupOf(() => Promise.resolve(), null);
  expect(await group.rename('Late')).not.toBeNull();
  expect(sent).toEqual([]);
});

it('does not hide a defect', async () => {
  const { group } = groupOf(() => Promise.reject(new TypeError('defect')));
  await expect(group.add('ben')).rejects.toThrow('defect');
});
