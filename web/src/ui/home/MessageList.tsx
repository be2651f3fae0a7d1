import { Fragment, type ReactElement, type ReactNode, useCallback, useEffect, useState } from 'react';
import type { Home, Look } from '../../client/home/home';
import type { Entry, Happening, MessageView, Place } from '../../client/home/homeState';
import { picturesIn } from '../../client/home/pictures';
import { Icon } from '../icons';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { beginsDay, continues, keyOf, repliesWords, timeOf } from './entryWords';
import { MessageItem } from './MessageItem';
import { MessageMenu, type MenuOf } from './MessageMenu';
import { NewDivider, NewsAbove } from './News';
import { Pictures } from './Pictures';
import { talkIn } from './talkIn';
import { useReadingPlace } from './useReadingPlace';
import { clock, dayWords } from './words';

const NONE: readonly Entry[] = [];
/** More is asked for before the reader has come to the first or last message, this close to it in CSS pixels. */
const NEAR_EDGE = 400;

export interface MessageListProps {
  home: Home;
  place: Place;
}

export function MessageList({ home, place }: MessageListProps): ReactElement {
  const entries = useSelected(home.store, (state) => talkIn(state, place)?.entries ?? NONE);
  const hasEarlier = useSelected(home.store, (state) => talkIn(state, place)?.hasEarlier ?? false);
  const hasLater = useSelected(home.store, (state) => talkIn(state, place)?.hasLater ?? false);
  const loading = useSelected(home.store, (state) => talkIn(state, place)?.loading ?? false);
  const focus = useSelected(home.store, (state) => talkIn(state, place)?.focus ?? null);
  const firstNew = useSelected(home.store, (state) => talkIn(state, place)?.news.first ?? null);
  const leadTurn = useSelected(home.store, (state) => talkIn(state, place)?.news.turn ?? 0);
  const root = useSelected(home.store, (state) => (place === 'thread' ? (state.open?.thread?.root ?? null) : null));
  const [menu, setMenu] = useState<MenuOf | null>(null);
  const handleLook = (look: Look): void => home.talk(place)?.handleLook(look);
  const { list, isAway, handleScroll, goToEnd } = useReadingPlace({ entries, hasLater, focus, leadTurn, handleLook });
  const loadNearEdge = (): void => {
    const element = list.current;
    if (element === null || loading) return;
    const { scrollTop, clientHeight, scrollHeight } = element;
    if (hasEarlier && scrollTop < NEAR_EDGE) home.talk(place)?.loadEarlier();
    else if (hasLater && scrollTop + clientHeight > scrollHeight - NEAR_EDGE) home.talk(place)?.loadLater();
  };
  useEffect(loadNearEdge, [entries, loading]); // eslint-disable-line react-hooks/exhaustive-deps -- a short page asks for more by itself
  return (
    <div className="talk-frame">
      <TalkPictures entries={entries} root={root} home={home} place={place}>
        <ol
          ref={list}
          className="talk"
          role="log"
          aria-live="polite"
          aria-label={place === 'thread' ? 'Replies' : 'Messages'}
          aria-busy={loading}
          tabIndex={0}
          onScroll={() => {
            handleScroll();
            loadNearEdge();
          }}
        >
          {loading && <Loading />}
          {root !== null && !hasEarlier && <Root message={root} home={home} onMenu={setMenu} />}
          <Entries entries={entries} root={root} firstNew={firstNew} found={focus?.id ?? null} home={home} place={place} onMenu={setMenu} />
        </ol>
      </TalkPictures>
      <NewsAbove home={home} place={place} />
      {(hasLater || isAway) && !loading && (
        <button
          type="button"
          className="to-newest"
          data-testid="to-newest"
          onClick={() => (hasLater ? home.talk(place)?.loadNewest() : goToEnd())}
        >
          <Icon name="down" size={18} /> <span>Newest</span>
        </button>
      )}
      <MessageMenu menu={menu} home={home} place={place} onClose={() => setMenu(null)} />
    </div>
  );
}

interface TalkPicturesProps extends MessageListProps {
  entries: readonly Entry[];
  root: MessageView | null;
  children: ReactNode;
}

function TalkPictures({ entries, root, home, place, children }: TalkPicturesProps): ReactElement {
  const renew = useCallback((id: string) => home.talk(place)?.renewFiles(id) ?? Promise.resolve(), [home, place]);
  const all = (): readonly Entry[] => (root === null ? entries : [{ kind: 'message', message: root }, ...entries]);
  return (
    <Pictures pictures={() => picturesIn(all())} onRenew={renew}>
      {children}
    </Pictures>
  );
}

interface EntriesProps extends MessageListProps {
  entries: readonly Entry[];
  /** What stands above them; null: nothing. */
  root: MessageView | null;
  /** The first message that is new. */
  firstNew: string | null;
  /** The message that somebody looked for. */
  found: string | null;
  onMenu: (menu: MenuOf) => void;
}

function Entries({ entries, root, firstNew, found, home, place, onMenu }: EntriesProps): ReactElement[] {
  const now = useNow();
  const above: Entry | undefined = root === null ? undefined : { kind: 'message', message: root };
  return entries.map((entry, at) => (
    <Fragment key={keyOf(entry)}>
      {beginsDay(entries[at - 1] ?? above, entry) && <li className="talk-day">{dayWords(timeOf(entry), now)}</li>}
      {keyOf(entry) === firstNew && <NewDivider />}
      {entry.kind === 'happening' ? (
        <HappeningItem happening={entry.happening} />
      ) : (
        <MessageItem
          message={entry.message}
          follows={keyOf(entry) !== firstNew && continues(entries[at - 1], entry)}
          found={entry.message.id === found}
          home={home}
          place={place}
          onMenu={onMenu}
        />
      )}
    </Fragment>
  ));
}

function Loading(): ReactElement {
  return (
    <li className="talk-loading">
      <span className="spinner" aria-hidden="true" /> <span className="visually-hidden">Loading messages</span>
    </li>
  );
}

interface RootProps {
  message: MessageView;
  home: Home;
  onMenu: (menu: MenuOf) => void;
}

/** The message that a thread is under, above its replies. */
function Root({ message, home, onMenu }: RootProps): ReactElement {
  return (
    <>
      <MessageItem message={message} follows={false} found={false} home={home} place="thread" isRoot onMenu={onMenu} />
      <li className="thread-count">{message.threadReplies === 0 ? 'No replies yet' : repliesWords(message.threadReplies)}</li>
    </>
  );
}

function HappeningItem({ happening }: { happening: Happening }): ReactElement {
  return (
    <li className="talk-happening" data-testid="happening">
      <Icon name={happening.icon} size={16} /> {happening.text} <time>{clock(happening.atMs)}</time>
    </li>
  );
}
