import { type ReactElement, useRef } from 'react';
import type { Home } from '../../client/home/home';
import type { OpenConversation } from '../../client/home/homeState';
import { IconButton } from '../IconButton';
import { useNow } from '../useNow';
import { useSelected } from '../useSelected';
import { ConversationMenu } from './ConversationMenu';
import { RowPicture } from './ConversationRow';
import { MembersDialog } from './MembersDialog';
import { namesOf, presenceWords } from './words';

export interface ConversationHeadProps {
  home: Home;
  onEnterRoom: (room: string) => void;
}

export function ConversationHead({ home, onEnterRoom }: ConversationHeadProps): ReactElement | null {
  const open = useSelected(home.store, (state) => state.open);
  const me = useSelected(home.store, (state) => state.me.id);
  const dialog = useRef<HTMLDialogElement>(null);
  const now = useNow();
  if (open === null) return null;
  const { row, members } = open;
  const others = members.filter(({ person }) => person.id !== me).map(({ person }) => person.id);
  return (
    <header className="conversation-head">
      <IconButton icon="previous" label="Back" className="quiet home-back" data-testid="home-back" onClick={() => home.closeConversation()} />
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
        <CallButtons home={home} others={others} blocked={row.other?.isBlocked === true ? row.other.name : null} />
      )}
      <ConversationMenu home={home} row={row} onMembers={() => dialog.current?.showModal()} />
      <MembersDialog home={home} dialog={dialog} />
    </header>
  );
}

interface CallButtonsProps {
  home: Home;
  others: readonly string[];
  /** Whom one has blocked, by name: nobody calls them. */
  blocked: string | null;
}

function CallButtons({ home, others, blocked }: CallButtonsProps): ReactElement {
  const disabled = others.length === 0 || blocked !== null;
  const reason = blocked === null ? '' : `: you have blocked ${blocked}`;
  return (
    <>
      <IconButton
        icon="phone"
        label={`Call${reason}`}
        className="quiet"
        data-testid="call-audio"
        disabled={disabled}
        onClick={() => home.call(others, 'audio')}
      />
      <IconButton
        icon="camera"
        label={`Video call${reason}`}
        className="quiet"
        data-testid="call-video"
        disabled={disabled}
        onClick={() => home.call(others, 'video')}
      />
    </>
  );
}

function underTitle({ row, members, memberCount, typing }: OpenConversation, now: number): string {
  if (typing.length > 0) return row.kind === 'direct' ? 'Writing…' : `${typing.join(', ')} ${typing.length === 1 ? 'writes' : 'write'}…`;
  if (row.other !== null) return presenceWords(row.other, now);
  return memberCount <= 6 ? namesOf(members.map(({ person }) => person)) : `${memberCount} people`;
}
