import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { Connection } from '../../client/meeting/meetingState';
import type { StageModel } from '../../client/stage/stageModel';
import { QUALITY_WORDS } from '../../client/statistics/linkWords';
import { Mark } from '../Brand';
import { Icon } from '../icons';
import { IconButton } from '../IconButton';
import { QualityMark } from '../stage/QualityMark';
import { useSelected } from '../useSelected';
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
  stage: StageModel;
  invite: string | null;
  /** True while something covers it: the keyboard and screen readers pass it by. */
  inert: boolean;
  onToggleView: () => void;
  /** Instead of the house's mark. */
  lead: ReactNode;
  children: ReactNode;
}

export function TopBar({ meeting, stage, invite, inert, onToggleView, lead, children }: TopBarProps): ReactElement {
  const kind = useSelected(meeting.store, (state) => state.connection.kind);
  const count = useSelected(meeting.store, (state) => state.people.length);
  const panel = useSelected(meeting.store, (state) => state.panel);
  const title = useRef<HTMLHeadingElement>(null);
  // The page before has gone with whatever had the focus: start at the top, where the meeting's name is read out.
  useEffect(() => title.current?.focus(), []);
  return (
    <header className="topbar" inert={inert} data-alone={count === 1}>
      {lead ?? <Mark size={26} />}
      <h1 ref={title} className="topbar-room" title={meeting.room} tabIndex={-1}>
        {meeting.room}
      </h1>
      <span className="connection" role="status" data-testid="connection-state" data-state={kind} title={STATE_WORDS[kind]}>
        <span className="visually-hidden">{STATE_WORDS[kind]}</span>
      </span>
      <span className="topbar-space" />
      {children}
      <QualityButton meeting={meeting} open={panel === 'statistics'} />
      {invite !== null && <InviteButton meeting={meeting} invite={invite} />}
      {count > 1 && <ViewButton stage={stage} onToggle={onToggleView} />}
      <button
        type="button"
        className="people-toggle"
        data-testid="people-toggle"
        aria-label={`People (${count})`}
        aria-expanded={panel === 'people'}
        aria-keyshortcuts="P"
        onClick={() => meeting.togglePanel('people')}
      >
        <Icon name="people" />
        <span>{count}</span>
      </button>
    </header>
  );
}

function InviteButton({ meeting, invite }: { meeting: Meeting; invite: string }): ReactElement {
  const { icon, words, give } = useInvite(meeting, invite);
  return <IconButton icon={icon} label={words} className="quiet topbar-invite" onClick={give} />;
}

function ViewButton({ stage, onToggle }: { stage: StageModel; onToggle: () => void }): ReactElement {
  const grid = useSelected(stage.store, ({ spotlight }) => spotlight === null);
  return (
    <IconButton
      icon={grid ? 'speaker' : 'grid'}
      label={grid ? 'Speaker view' : 'Grid view'}
      shortcut="G"
      className="quiet"
      data-testid="view"
      onClick={onToggle}
    />
  );
}

/** The own connection as the server judges it; nothing until it has. */
function QualityButton({ meeting, open }: { meeting: Meeting; open: boolean }): ReactElement | null {
  const quality = useSelected(meeting.store, ({ people }) => people.find(({ isLocal }) => isLocal)?.quality ?? 'unknown');
  if (quality === 'unknown') return null;
  return (
    <button
      type="button"
      className="icon-button quiet"
      data-testid="own-quality"
      data-tip="Connection"
      aria-label={`Your connection: ${QUALITY_WORDS[quality]}`}
      aria-expanded={open}
      onClick={() => meeting.togglePanel('statistics')}
    >
      <QualityMark quality={quality} size={20} />
    </button>
  );
}
