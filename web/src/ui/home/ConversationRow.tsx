import { memo, type ReactElement } from 'react';
import type { ConversationRow } from '../../client/home/homeState';
import { Icon } from '../icons';
import { useNow } from '../useNow';
import { PersonAvatar } from './PersonAvatar';
import { shortTime } from './words';

interface RowProps {
  row: ConversationRow;
  isOpen: boolean;
  /** A call goes on there. */
  hasCall?: boolean;
  onOpen: () => void;
}

export const Row = memo(
  function DrawRow({ row, isOpen, hasCall = false, onOpen }: RowProps): ReactElement {
    const now = useNow();
    return (
      <li>
        <button
          type="button"
          className="row-button"
          aria-current={isOpen ? 'true' : undefined}
          data-unread={row.unread > 0}
          data-testid="conversation"
          data-conversation={row.id}
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
              {hasCall && (
                <span className="row-call" data-testid="row-call">
                  <Icon name="phone" size={14} />
                  <span className="visually-hidden">Call in progress</span>
                </span>
              )}
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
  (before, after) => before.row === after.row && before.isOpen === after.isOpen && before.hasCall === after.hasCall,
);

export function RowPicture({ row }: { row: ConversationRow }): ReactElement {
  if (row.other !== null) return <PersonAvatar person={row.other} />;
  return (
    <span className="person-avatar group-picture">
      <Icon name={row.kind === 'room' ? 'camera' : 'people'} />
    </span>
  );
}
