import { type ReactElement, useEffect, useRef } from 'react';
import type { Home } from '../../client/home/home';
import { Icon } from '../icons';
import { useSelected } from '../useSelected';
import { Row } from './ConversationRow';
import { NewGroupDialog } from './NewGroupDialog';
import { SearchField } from './SearchField';
import { SearchResults } from './SearchResults';

export interface ConversationsListProps {
  home: Home;
  onPeople: () => void;
}

export function ConversationsList({ home, onPeople }: ConversationsListProps): ReactElement {
  const rows = useSelected(home.store, (state) => state.conversations);
  const loaded = useSelected(home.store, (state) => state.conversationsLoaded);
  const hasMore = useSelected(home.store, (state) => state.hasMoreConversations);
  const openId = useSelected(home.store, (state) => state.open?.row.id ?? null);
  const running = useSelected(home.store, (state) => state.running);
  const dialog = useRef<HTMLDialogElement>(null);
  const search = useSelected(home.store, (state) => state.search);
  return (
    <div className="home-list">
      <SearchField home={home} />
      {search !== null ? (
        <SearchResults search={search} home={home} />
      ) : loaded && rows.length === 0 ? (
        <div className="home-empty">
          <p>No conversations yet.</p>
          <button type="button" className="button primary" onClick={onPeople}>
            Find people
          </button>
        </div>
      ) : (
        <ul className="rows" aria-label="Conversations" data-testid="conversations">
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              isOpen={row.id === openId}
              hasCall={running.some(({ conversation }) => conversation === row.id)}
              onOpen={() => home.openConversation(row.id)}
            />
          ))}
          {hasMore && <Earlier key={rows.length} onReached={() => home.loadMoreConversations()} />}
        </ul>
      )}
      <div className="home-list-foot" hidden={search !== null}>
        <button type="button" className="button" data-testid="new-group" onClick={() => dialog.current?.showModal()}>
          <Icon name="plus" size={20} /> New group
        </button>
      </div>
      <NewGroupDialog home={home} dialog={dialog} />
    </div>
  );
}

/** At the end of the list; whoever scrolls there need not press it. */
function Earlier({ onReached }: { onReached: () => void }): ReactElement {
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) onReached();
    });
    if (item.current !== null) watch.observe(item.current);
    return () => watch.disconnect();
  }, []); // eslint-disable-line react-hooks/exhaustive-deps -- a new one is drawn for each page
  return (
    <li ref={item}>
      <button type="button" className="button rows-more" data-testid="more-conversations" onClick={onReached}>
        Earlier conversations
      </button>
    </li>
  );
}
