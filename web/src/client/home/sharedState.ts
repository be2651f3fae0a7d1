import type { Chat } from '@tureen/client';
import { dataCard } from './dataCard';
import type { StateView } from './cards';

/** The most that stand over a conversation. */
const MOST = 12;

/** Keys and their newest values, in the order of the keys, so that nothing moves when a value changes. */
export function statesOf({ states }: Pick<Chat, 'states'>): StateView[] {
  const entries = [...states.store.get().values()].sort((one, other) => one.key.localeCompare(other.key));
  return entries.slice(0, MOST).map(({ key, data, changed_at: atMs }) => ({ key, card: dataCard(key, data), atMs }));
}
