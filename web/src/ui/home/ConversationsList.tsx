import { memo, type ReactElement, useRef } from 'react';
import type { Home } from '../../client/home/home';
import type { ConversationRow } from '../../client/home/homeState';
import { Icon } from '../icons';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { NewGroupDialog } from './NewGroupDialog';
import { PersonAvatar } from './PersonAvatar';
import { shortTime } from './words';

export interface ConversationsListProps {
  home: Home;
  onPeople: () => void;
}

export function ConversationsList({ home, onPeople }: ConversationsListProps): ReactElement {
  const rows = useSelected(home.store, (state) => state.conversations);
  const loaded = useSelected(home.store, (state) => state.conversationsLoaded);
  const openId = useSelected(home.store, (state) => state.open?.row.id ?? null);
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <div className="home-list">
      {loaded && rows.length === 0 ? (
        <div className="home-empty">
          <p>No conversations yet.</p>
          <button type="button" className="button primary" onClick={onPeople}>
            Find people
          </button>
        </div>
      ) : (
        <ul className="rows" aria-label="Conversations" data-testid="conversations">
          {rows.map((row) => (
            <Row key={row.id} row={row} isOpen={row.id === openId} onOpen={() => home.openConversation(row.id)} />
          ))}
        </ul>
      )}
      <div className="home-list-foot">
        <button type="button" className="button" data-testid="new-group" onClick={() => dialog.current?.showModal()}>
          <Icon name="plus" size={20} /> New group
        </button>
      </div>
      <NewGroupDialog home={home} dialog={dialog} />
    </div>
  );
}

interface RowProps {
  row: ConversationRow;
  isOpen: boolean;
  onOpen: () => void;
}

const Row = memo(
  function DrawRow({ row, isOpen, onOpen }: RowProps): ReactElement {
    const now = useNow();
    return (
      <li>
        <button
          type="button"
          className="row-button"
          aria-current={isOpen ? 'true' : undefined}
          data-unread={row.unread > 0}
          data-testid="conversation"
          onClick={onOpen}
        >
          <RowPicture row={row} />
          <span className="row-text">
            <span className="row-top">
              <strong dir="auto">{row.title}</strong>
              <time dateTime={new Date(row.lastAtMs).toISOString()}>{shortTime(row.lastAtMs, now)}</time>
            </span>
            <span className="row-bottom">
              <span className="row-last" dir="auto" data-typing={row.typing}>
                {row.typing ? 'Writing…' : row.lastText}
              </span>
              {row.unread > 0 && (
                <span className="unread" data-mention={row.mentions > 0}>
                  {row.mentions > 0 && <span aria-hidden="true">@</span>}
                  {row.unread > 99 ? '99+' : row.unread}
                  <span className="visually-hidden">{row.mentions > 0 ? ' unread, you are mentioned' : ' unread'}</span>
                </span>
              )}
            </span>
          </span>
        </button>
      </li>
    );
  },
  (before, after) => before.row === after.row && before.isOpen === after.isOpen,
);

export function RowPicture({ row }: { row: ConversationRow }): ReactElement {
  if (row.other !== null) return <PersonAvatar person={row.other} />;
  return (
    <span className="person-avatar group-picture">
      <Icon name={row.kind === 'room' ? 'camera' : 'people'} />
    </span>
  );
}
