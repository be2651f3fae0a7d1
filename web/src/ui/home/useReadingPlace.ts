import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Entry, TalkView } from '../../client/home/homeState';
import { keyOf } from './entryWords';

/** A reader this close to the end, in CSS pixels, is not looking back. */
const NEAR_END = 120;

/** Where a message stood, from the top of all that was drawn. */
interface Anchor {
  readonly id: string;
  readonly top: number;
}

/** What was drawn: the keys of the first and last entry, empty while there is none, and how high all of it was. */
interface Look {
  readonly height: number;
  /**
   * The second and the last message: one of them is still there when more came above or below, and others went. The first
   * one is drawn otherwise once something stands above it.
   */
  readonly anchors: readonly Anchor[];
  readonly first: string;
  readonly last: string;
  readonly endsWithOwn: boolean;
  readonly hasLater: boolean;
}

const NOTHING: Look = { height: 0, anchors: [], first: '', last: '', endsWithOwn: false, hasLater: true };

export interface ReadingPlace {
  readonly list: RefObject<HTMLOListElement | null>;
  /** Whether the end is out of sight. */
  readonly isAway: boolean;
  /** To be called when it is scrolled. */
  readonly handleScroll: () => void;
  readonly goToEnd: () => void;
}

/**
 * Keeps the newest message in sight, whoever reads earlier ones where they are, also when more come above or below, and
 * shows what somebody looked for.
 */
export function useReadingPlace(entries: readonly Entry[], hasLater: boolean, focus: TalkView['focus']): ReadingPlace {
  const list = useRef<HTMLOListElement>(null);
  const before = useRef<Look>(NOTHING);
  const shown = useRef(0);
  const [isAway, setIsAway] = useState(false);
  const handleScroll = useCallback(() => setIsAway(list.current !== null && awayFromEnd(list.current) > NEAR_END), []);
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const now = lookOf(element, entries, hasLater);
    const { height, first, last, hasLater: hadLater } = before.current;
    const wasEmpty = first === '';
    const wasAtEnd = !hadLater && element.scrollTop + element.clientHeight > height - NEAR_END;
    const isOwnNew = now.endsWithOwn && now.last !== last && !hasLater && !wasEmpty;
    if (isOwnNew || (!isWaiting(focus, shown.current) && (wasEmpty || wasAtEnd))) element.scrollTop = element.scrollHeight;
    else if (now.first !== first && !wasEmpty) element.scrollTop += shift(element, before.current.anchors);
    before.current = now;
    handleScroll();
  }, [entries, hasLater, focus, handleScroll]);
  useEffect(() => {
    if (focus === null || !isWaiting(focus, shown.current)) return;
    const message = list.current === null ? undefined : messageIn(list.current, focus.id);
    if (message === undefined) return;
    shown.current = focus.turn;
    message.scrollIntoView({ block: 'center' });
    message.focus({ preventScroll: true });
  }, [entries, focus]);
  const goToEnd = (): void => list.current?.scrollTo({ top: list.current.scrollHeight });
  return { list, isAway, handleScroll, goToEnd };
}

/** Whether what somebody looked for has not been shown yet. */
function isWaiting(focus: TalkView['focus'], shownTurn: number): boolean {
  return focus !== null && focus.turn !== shownTurn;
}

function lookOf(element: HTMLElement, entries: readonly Entry[], hasLater: boolean): Look {
  const [first, last] = [entries[0], entries.at(-1)];
  const drawn = messagesIn(element);
  return {
    height: element.scrollHeight,
    anchors: [drawn[1] ?? drawn[0], drawn.at(-1)].flatMap((one) => (one === undefined ? [] : { id: one.dataset.message ?? '', top: one.offsetTop })),
    first: first === undefined ? '' : keyOf(first),
    last: last === undefined ? '' : keyOf(last),
    endsWithOwn: last?.kind === 'message' && last.message.isOwn,
    hasLater,
  };
}

function messagesIn(element: HTMLElement): HTMLElement[] {
  return [...element.querySelectorAll<HTMLElement>('[data-message]')];
}

function messageIn(element: HTMLElement, id: string): HTMLElement | undefined {
  return messagesIn(element).find(({ dataset }) => dataset.message === id);
}

/** How far what was there has moved down. */
function shift(element: HTMLElement, anchors: readonly Anchor[]): number {
  for (const { id, top } of anchors) {
    const message = messageIn(element, id);
    if (message !== undefined) return message.offsetTop - top;
  }
  return 0;
}

function awayFromEnd({ scrollTop, clientHeight, scrollHeight }: HTMLElement): number {
  return scrollHeight - scrollTop - clientHeight;
}
