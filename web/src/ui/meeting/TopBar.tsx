import { type ReactElement, useEffect, useRef } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Connection, MeetingState } from '../../client/meeting/meetingState';
import { Mark } from '../Brand';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { useInvite } from './useInvite';

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
  /** True while something covers it: the keyboard and screen readers pass it by. */
  inert: boolean;
}

export function TopBar({ meeting, state, invite, inert }: TopBarProps): ReactElement {
  const { kind } = state.connection;
  const title = useRef<HTMLHeadingElement>(null);
  // The page before has gone with whatever had the focus: start at the top, where the meeting's name is read out.
  useEffect(() => title.current?.focus(), []);
  return (
    <header className="topbar" inert={inert}>
      <Mark size={26} />
      <h1 ref={title} className="topbar-room" title={meeting.room} tabIndex={-1}>
        {meeting.room}
      </h1>
      <span className="connection" role="status" data-testid="connection-state" data-state={kind} title={STATE_WORDS[kind]}>
        <span className="visually-hidden">{STATE_WORDS[kind]}</span>
      </span>
      <span className="topbar-space" />
      {invite !== null && <InviteButton meeting={meeting} invite={invite} />}
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

function InviteButton({ meeting, invite }: { meeting: Meeting; invite: string }): ReactElement {
  const { icon, words, give } = useInvite(meeting, invite);
  return <IconButton icon={icon} label={words} className="quiet" onClick={give} />;
}
