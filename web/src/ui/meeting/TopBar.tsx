import type { ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Connection, MeetingState } from '../../client/meeting/meetingState';
import { Mark } from '../Brand';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useCopy } from './useCopy';

const STATE_WORDS: Record<Connection['kind'], string> = {
  connecting: 'Connecting',
  connected: 'Connected',
  reconnecting: 'Reconnecting',
  lost: 'Disconnected',
  left: 'Left',
};

export interface TopBarProps {
  meeting: Meeting;
  state: MeetingState;
  invite: string | null;
}

export function TopBar({ meeting, state, invite }: TopBarProps): ReactElement {
  const { kind } = state.connection;
  const [copied, copy] = useCopy();
  return (
    <header className="topbar">
      <Mark size={26} />
      <h1 className="topbar-room" title={meeting.room}>
        {meeting.room}
      </h1>
      <span className="connection" data-testid="connection-state" data-state={kind} title={STATE_WORDS[kind]}>
        <span className="visually-hidden">{STATE_WORDS[kind]}</span>
      </span>
      <span className="topbar-space" />
      {invite !== null && (
        <IconButton
          icon={copied ? 'check' : 'link'}
          label={copied ? 'Link copied' : 'Copy the invitation link'}
          className="quiet"
          onClick={() => copy(invite, (text) => meeting.notify(text))}
        />
      )}
      <button
        type="button"
        className="people-toggle"
        data-testid="people-toggle"
        aria-label={`People (${state.people.length})`}
        aria-expanded={state.panel === 'people'}
        aria-keyshortcuts="P"
        onClick={() => meeting.togglePanel('people')}
      >
        <Icon name="people" />
        <span>{state.people.length}</span>
      </button>
    </header>
  );
}
