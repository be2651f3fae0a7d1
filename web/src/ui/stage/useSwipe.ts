import { type RefObject, useEffect } from 'react';

const LEAST_PX = 48;
/** Flatter than this is a swipe across, steeper is not. */
const FLATNESS = 1.5;

/** Calls `onSwipe` with 1 for a swipe to the left, to what comes next, and with -1 for one to the right. */
export function useSwipe(ref: RefObject<HTMLElement | null>, onSwipe: (by: number) => void): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const ends = new AbortController();
    let start: PointerEvent | null = null;
    const begin = (event: PointerEvent): void => {
      start = event.pointerType === 'touch' && event.isPrimary ? event : null;
    };
    const end = (event: PointerEvent): void => {
      if (start?.pointerId !== event.pointerId) return;
      const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
      start = null;
      if (Math.abs(dx) >= LEAST_PX && Math.abs(dx) > FLATNESS * Math.abs(dy)) onSwipe(dx < 0 ? 1 : -1);
    };
    element.addEventListener('pointerdown', begin, { signal: ends.signal });
    element.addEventListener('pointerup', end, { signal: ends.signal });
    return () => ends.abort();
  }, [ref, onSwipe]);
}
