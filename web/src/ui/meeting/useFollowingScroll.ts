import { type RefObject, useEffect, useRef } from 'react';
import type { ChatMessage } from '../../client/meeting/meetingState';

/** A reader this close to the end, in CSS pixels, is not looking back. */
const NEAR_END = 120;

/** Keeps the newest message in sight, but leaves whoever has scrolled back to read where they are. */
export function useFollowingScroll(messages: readonly ChatMessage[]): RefObject<HTMLOListElement | null> {
  const ref = useRef<HTMLOListElement>(null);
  const heightBefore = useRef(0);
  useEffect(() => {
    const list = ref.current;
    if (list === null) return;
    const atEnd = list.scrollTop + list.clientHeight > heightBefore.current - NEAR_END;
    if (atEnd || messages.at(-1)?.isLocal === true) list.scrollTop = list.scrollHeight;
    heightBefore.current = list.scrollHeight;
  }, [messages]);
  return ref;
}
