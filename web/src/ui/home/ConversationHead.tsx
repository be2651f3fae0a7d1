import type { ReactElement } from 'react';
import type { Home } from '../../client/home/home';
import type { OpenConversation } from '../../client/home/homeState';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { RowPicture } from './ConversationsList';
import { namesOf, presenceWords } from './words';

export interface ConversationHeadProps {
  home: Home;
  onEnterRoom: (room: string) => void;
}

export function ConversationHead({ home, onEnterRoom }: ConversationHeadProps): ReactElement | null {
  const open = useSelected(home.store, (state) => state.open);
  const me = useSelected(home.store, (state) => state.me.id);
  const now = useNow();
  if (open === null) return null;
  const { row, members } = open;
  const others = members.filter(({ id }) => id !== me).map(({ id }) => id);
  return (
    <header className="conversation-head">
      <IconButton icon="previous" label="Back" className="quiet home-back" onClick={() => home.closeConversation()} />
      <RowPicture row={row} />
      <div className="row-text">
        <h1 dir="auto">{row.title}</h1>
        <p className="row-last" dir="auto" data-testid="conversation-status">
          {underTitle(open, now)}
        </p>
      </div>
      {row.kind === 'room' ? (
        <IconButton icon="camera" label="Join the meeting" className="quiet" onClick={() => onEnterRoom(row.title)} />
      ) : (
        <>
          <IconButton
            icon="phone"
            label="Call"
            className="quiet"
            data-testid="call-audio"
            disabled={others.length === 0}
            onClick={() => home.call(others, 'audio')}
          />
          <IconButton
            icon="camera"
            label="Video call"
            className="quiet"
            data-testid="call-video"
            disabled={others.length === 0}
            onClick={() => home.call(others, 'video')}
          />
        </>
      )}
      <Leave home={home} open={open} />
    </header>
  );
}

function Leave({ home, open }: { home: Home; open: OpenConversation }): ReactElement {
  const { other, id, kind } = open.row;
  if (kind === 'direct' && other !== null) {
    return (
      <IconButton
        icon={other.isBlocked ? 'check' : 'block'}
        label={other.isBlocked ? `Unblock ${other.name}` : `Block ${other.name}`}
        className="quiet"
        onClick={() => home.block(other.id, !other.isBlocked)}
      />
    );
  }
  return (
    <IconButton icon="leaveGroup" label="Leave the group" className="quiet" onClick={() => home.leaveConversation(id)} />
  );
}

function underTitle({ row, members, typing }: OpenConversation, now: number): string {
  if (typing.length > 0) return row.kind === 'direct' ? 'Writing…' : `${typing.join(', ')} ${typing.length === 1 ? 'writes' : 'write'}…`;
  if (row.other !== null) return presenceWords(row.other, now);
  return members.length <= 6 ? namesOf(members) : `${members.length} people`;
}
