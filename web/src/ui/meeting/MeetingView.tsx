import { type ReactElement, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { MeetingState } from '../../client/meeting/meetingState';
import type { PreferenceStore } from '../../client/memory/preferences';
import { Sounds } from '../stage/Sounds';
import { Stage } from '../stage/Stage';
import { useMedia } from '../useMedia';
import { usePageTitle } from '../usePageTitle';
import { useStore } from '../useStore';
import { ChatPanel } from './ChatPanel';
import { ConnectionBanner } from './ConnectionBanner';
import { ControlBar } from './ControlBar';
import { InviteCard } from './InviteCard';
import { Notices } from './Notices';
import { PeoplePanel } from './PeoplePanel';
import { TopBar } from './TopBar';
import { useShortcuts } from './useShortcuts';
import { useWakeLock } from './useWakeLock';

/** Where a side panel covers the whole page; as in panel.css. */
const SHEET = '(max-width: 640px) and (min-height: 480.02px), (max-width: 559.98px)';

export interface MeetingViewProps {
  meeting: Meeting;
  preferences: PreferenceStore;
  /** The link to share; null where everybody needs a link of their own. */
  invite: string | null;
  onRejoin: () => void;
}

export function MeetingView({ meeting, preferences, invite, onRejoin }: MeetingViewProps): ReactElement {
  const state = useStore(meeting.store);
  const { shortcuts, name } = useStore(preferences);
  const [draft, setDraft] = useState('');
  const covered = useMedia(SHEET) && state.panel !== 'none';
  usePageTitle(titleOf(meeting.room, state));
  useShortcuts(meeting, shortcuts);
  useWakeLock();
  const alone = state.connection.kind === 'connected' && state.people.length === 1;
  return (
    <div className="meeting" data-panel={state.panel}>
      <TopBar meeting={meeting} state={state} invite={invite} inert={covered} />
      <main className="meeting-stage" aria-label="People in the meeting" data-alone={alone} inert={covered}>
        <Stage people={state.people} />
        {alone && invite !== null && (
          <InviteCard meeting={meeting} invite={invite} nameless={name.trim() === '' && state.rights.rename} />
        )}
      </main>
      {state.panel === 'chat' && <ChatPanel meeting={meeting} state={state} draft={draft} onDraft={setDraft} />}
      {state.panel === 'people' && <PeoplePanel meeting={meeting} people={state.people} invite={invite} />}
      <ControlBar meeting={meeting} state={state} preferences={preferences} inert={covered} />
      <ConnectionBanner meeting={meeting} state={state} onRejoin={onRejoin} />
      <Notices meeting={meeting} notices={state.notices} />
      <Sounds people={state.people} />
    </div>
  );
}

function titleOf(room: string, { connection, unread }: MeetingState): string {
  if (connection.kind === 'reconnecting') return `Reconnecting… ${room}`;
  if (connection.kind === 'lost') return `Disconnected from ${room}`;
  return unread > 0 ? `(${unread}) ${room}` : room;
}
