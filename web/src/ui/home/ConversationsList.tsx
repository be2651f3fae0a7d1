import { type ReactElement, useRef } from 'react';
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
