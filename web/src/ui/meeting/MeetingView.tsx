import type { ReactElement } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { PreferenceStore } from '../../client/memory/preferences';
import { Sounds } from '../stage/Sounds';
import { Stage } from '../stage/Stage';
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

export interface MeetingViewProps {
  meeting: Meeting;
  preferences: PreferenceStore;
  /** The link to share; null where everybody needs a link of their own. */
  invite: string | null;
  onRejoin: () => void;
}

export function MeetingView({ meeting, preferences, invite, onRejoin }: MeetingViewProps): ReactElement {
  const state = useStore(meeting.store);
  const { shortcuts } = useStore(preferences);
  useShortcuts(meeting, shortcuts);
  useWakeLock();
  const alone = state.connection.kind === 'connected' && state.people.length === 1;
  return (
    <div className="meeting" data-panel={state.panel}>
      <TopBar meeting={meeting} state={state} invite={invite} />
      <main className="meeting-stage" aria-label="People in the meeting">
        <Stage people={state.people} />
        {alone && invite !== null && <InviteCard invite={invite} />}
      </main>
      {state.panel === 'chat' && <ChatPanel meeting={meeting} state={state} />}
      {state.panel === 'people' && <PeoplePanel meeting={meeting} people={state.people} invite={invite} />}
      <ControlBar meeting={meeting} state={state} preferences={preferences} />
      <ConnectionBanner meeting={meeting} state={state} onRejoin={onRejoin} />
      <Notices meeting={meeting} notices={state.notices} />
      <Sounds people={state.people} />
    </div>
  );
}
