import { useCallback, useSyncExternalStore } from 'react';
import type { ReadableStore } from '../client/store';

/** A part of a store's value: the component is drawn again only when that part is another one. */
export function useSelected<T, Part>(store: ReadableStore<T>, select: (value: T) => Part): Part {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  return useSyncExternalStore(subscribe, () => select(store.get()));
}
