import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Look } from '../../client/home/home';
import type { Entry, TalkView } from '../../client/home/homeState';
import { isSeen } from '../../client/home/onScreen';
import { keyOf } from './entryWords';

/** A reader this close to the end, in CSS pixels, is not looking back. */
const NEAR_END = 120;

/** At the end whoever is no further from it than this has the last message before them. */
const AT_END = 40;
/** So much of a message, in CSS pixels, has to be on the screen to be seen. */
const GLIMPSE = 40;
/** Where the first new message is put: below the messages before it, this part of the height from the top. */
const LEAD = 0.2;

/** Where a message stood, from the top of all that was drawn. */
interface Anchor {
  readonly id: string;
  readonly top: number;
}

/** What was drawn before: the keys of the first and last entry, empty while there is none, and how high all of it was. */
interface Drawn {
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

const NOTHING: Drawn = { height: 0, anchors: [], first: '', last: '', endsWithOwn: false, hasLater: true };

export interface Reading {
  readonly entries: readonly Entry[];
  readonly hasLater: boolean;
  readonly focus: TalkView['focus'];
  /** See `NewsView.turn`. */
  readonly leadTurn: number;
  readonly handleLook: (look: Look) => void;
}

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
export function useReadingPlace({ entries, hasLater, focus, leadTurn, handleLook }: Reading): ReadingPlace {
  const list = useRef<HTMLOListElement>(null);
  const before = useRef<Drawn>(NOTHING);
  const stood = useRef(0);
  const shown = useRef(0);
  const led = useRef(0);
  const [isAway, setIsAway] = useState(false);
  const handleScroll = (): void => {
    if (list.current === null) return;
    stood.current = list.current.scrollTop;
    setIsAway(awayFromEnd(list.current) > NEAR_END);
    handleLook(lookAt(list.current));
  };
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const now = lookOf(element, entries, hasLater);
    const firstNew = dividerIn(element);
    const isLed = leadTurn > led.current && firstNew !== null;
    if (isLed) led.current = leadTurn;
    const place = isLed ? placeOf(firstNew, element) : placeAfter(element, { ...before.current, top: stood.current }, now, isWaiting(focus, shown.current));
    if (place !== null) element.scrollTop = place;
    before.current = now;
    handleScroll();
  }, [entries, hasLater, focus, leadTurn]); // eslint-disable-line react-hooks/exhaustive-deps -- `handleScroll` reads the page as it is
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

/** How far it should be scrolled now that it is drawn otherwise than before; null: as far as it is. */
function placeAfter(element: HTMLElement, before: Drawn & { readonly top: number }, now: Drawn, isSought: boolean): number | null {
  const wasEmpty = before.first === '';
  if (now.endsWithOwn && now.last !== before.last && !now.hasLater && !wasEmpty) return element.scrollHeight;
  // What has become shorter has been scrolled back by the browser.
  const top = awayFromEnd(element) <= 1 ? Math.max(before.top, element.scrollTop) : element.scrollTop;
  const wasAtEnd = !before.hasLater && top + element.clientHeight > before.height - NEAR_END;
  if (!isSought && (wasEmpty || wasAtEnd)) return endOf(element);
  return now.first !== before.first && !wasEmpty ? top + shift(element, before.anchors) : null;
}

/** The end; while nobody looks no further than they can read on. */
function endOf(element: HTMLElement): number {
  const firstNew = isSeen() ? null : dividerIn(element);
  return firstNew === null ? element.scrollHeight : Math.max(element.scrollTop, placeOf(firstNew, element));
}

/** Whether what somebody looked for has not been shown yet. */
function isWaiting(focus: TalkView['focus'], shownTurn: number): boolean {
  return focus !== null && focus.turn !== shownTurn;
}

function lookOf(element: HTMLElement, entries: readonly Entry[], hasLater: boolean): Drawn {
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

/** What of it is on the screen. */
function lookAt(element: HTMLElement): Look {
  const isAtEnd = awayFromEnd(element) <= AT_END;
  const bottom = element.offsetTop + element.scrollTop + element.clientHeight;
  let below = 0;
  for (let one = element.lastElementChild; one !== null; one = one.previousElementSibling) {
    if (!(one instanceof HTMLElement) || one.dataset.message === undefined) continue;
    const isSeenHere = one.offsetTop + Math.min(one.offsetHeight, GLIMPSE) <= bottom;
    if (isSeenHere) return { last: one.dataset.message, isAtEnd, isLow: below < element.childElementCount / 2 };
    below += 1;
  }
  return { last: null, isAtEnd, isLow: false };
}

function dividerIn(element: HTMLElement): HTMLElement | null {
  return element.querySelector<HTMLElement>(':scope > [role=separator]');
}

/** How far to scroll so that something is in sight, with a little of what is above it. */
function placeOf(one: HTMLElement, element: HTMLElement): number {
  return one.offsetTop - element.offsetTop - element.clientHeight * LEAD;
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
