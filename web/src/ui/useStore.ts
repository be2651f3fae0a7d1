import { useCallback, useSyncExternalStore } from 'react';
import type { ReadableStore } from '../client/store';

export function useStore<T>(store: ReadableStore<T>): T {
  const subscribe = useCallback((listener: () => void) => store.subscribe(listener), [store]);
  return useSyncExternalStore(subscribe, () => store.get());
}
