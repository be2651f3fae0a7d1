import { Fragment, type ReactElement, useEffect, useLayoutEffect, useRef } from 'react';
import type { Home } from '../../client/home/home';
import type { Entry, Happening } from '../../client/home/homeState';
import { Icon } from '../icons';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { MessageItem } from './MessageItem';
import { clock, dayWords, sameDay } from './words';

const NONE: readonly Entry[] = [];
/** A message soon after another of the same person needs no new heading. */
const SAME_BREATH_MS = 120_000;
/** A reader this close to the end, in CSS pixels, is not looking back. */
const NEAR_END = 120;
/** Earlier messages are asked for before the reader has come to the first. */
const NEAR_START = 400;

export function MessageList({ home }: { home: Home }): ReactElement {
  const entries = useSelected(home.store, (state) => state.open?.entries ?? NONE);
  const hasEarlier = useSelected(home.store, (state) => state.open?.hasEarlier ?? false);
  const loading = useSelected(home.store, (state) => state.open?.loading ?? false);
  const list = useReadingPlace(entries);
  const now = useNow();
  const loadNearStart = (): void => {
    if (hasEarlier && !loading && list.current !== null && list.current.scrollTop < NEAR_START) home.loadEarlier();
  };
  useEffect(loadNearStart, [entries]); // eslint-disable-line react-hooks/exhaustive-deps -- a short page asks for more by itself
  return (
    <ol
      ref={list}
      className="talk"
      role="log"
      aria-live="polite"
      aria-label="Messages"
      aria-busy={loading}
      tabIndex={0}
      onScroll={loadNearStart}
    >
      {loading && (
        <li className="talk-loading">
          <span className="spinner" aria-hidden="true" /> <span className="visually-hidden">Loading messages</span>
        </li>
      )}
      {entries.map((entry, at) => (
        <Fragment key={keyOf(entry)}>
          {beginsDay(entries[at - 1], entry) && <li className="talk-day">{dayWords(timeOf(entry), now)}</li>}
          {entry.kind === 'happening' ? (
            <HappeningItem happening={entry.happening} />
          ) : (
            <MessageItem message={entry.message} follows={continues(entries[at - 1], entry)} home={home} />
          )}
        </Fragment>
      ))}
    </ol>
  );
}

function HappeningItem({ happening }: { happening: Happening }): ReactElement {
  return (
    <li className="talk-happening" data-testid="happening">
      <Icon name={happening.icon} size={16} /> {happening.text} <time>{clock(happening.atMs)}</time>
    </li>
  );
}

/** Keeps the newest message in sight, and whoever reads earlier ones where they are, also when more come above. */
function useReadingPlace(entries: readonly Entry[]): React.RefObject<HTMLOListElement | null> {
  const ref = useRef<HTMLOListElement>(null);
  const before = useRef({ height: 0, first: '', last: '' });
  useLayoutEffect(() => {
    const list = ref.current;
    if (list === null) return;
    const [first, last] = [entries[0], entries.at(-1)];
    const now = {
      height: list.scrollHeight,
      first: first === undefined ? '' : keyOf(first),
      last: last === undefined ? '' : keyOf(last),
    };
    const { height, first: firstBefore, last: lastBefore } = before.current;
    const atEnd = list.scrollTop + list.clientHeight > height - NEAR_END;
    const own = last?.kind === 'message' && last.message.isOwn && now.last !== lastBefore;
    if (height === 0 || atEnd || own) list.scrollTop = list.scrollHeight;
    else if (now.first !== firstBefore) list.scrollTop += now.height - height;
    before.current = now;
  }, [entries]);
  return ref;
}

function keyOf(entry: Entry): string {
  return entry.kind === 'message' ? entry.message.id : entry.happening.id;
}

function timeOf(entry: Entry): number {
  return entry.kind === 'message' ? entry.message.atMs : entry.happening.atMs;
}

function beginsDay(before: Entry | undefined, entry: Entry): boolean {
  return before === undefined || !sameDay(new Date(timeOf(before)), new Date(timeOf(entry)));
}

function continues(before: Entry | undefined, entry: Entry): boolean {
  if (before?.kind !== 'message' || entry.kind !== 'message') return false;
  const [one, two] = [before.message, entry.message];
  return one.sender.id === two.sender.id && two.atMs - one.atMs < SAME_BREATH_MS && two.replyTo === null;
}
