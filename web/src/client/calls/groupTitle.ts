import type { Chats, wire } from '@tureen/client';

/** The name of the group that a call is of; null: it is of no group that is known here. */
export function groupTitle(chats: Chats, { conversation = null }: Pick<wire.Call, 'conversation'>): string | null {
  if (conversation === null) return null;
  const record = chats.list.get().find(({ id }) => id === conversation)?.record.get();
  if (record?.kind !== 'group') return null;
  return record.title === undefined || record.title === '' ? 'Group' : record.title;
}
