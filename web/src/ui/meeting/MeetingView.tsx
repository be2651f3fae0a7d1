import { type ReactElement, type ReactNode, useEffect, useMemo, useState } from 'react';
import type { Meeting } from '../../client/meeting/meeting';
import type { MeetingState, Panel } from '../../client/meeting/meetingState';
import type { PreferenceStore } from '../../client/memory/preferences';
import { createStage, runStage } from '../../client/stage/runStage';
import type { StageModel } from '../../client/stage/stageModel';
import { Sounds } from '../stage/Sounds';
import { Stage } from '../stage/Stage';
import { useMedia } from '../useMedia';
import { usePageTitle } from '../usePageTitle';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { ChatPanel } from './ChatPanel';
import { ConnectionBanner } from './ConnectionBanner';
import { ControlBar } from './ControlBar';
import { InviteCard } from './InviteCard';
import { Notices } from './Notices';
import { PeoplePanel } from './PeoplePanel';
import type { KeyActions } from './shortcuts';
import { StatisticsPanel } from './StatisticsPanel';
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
  /** Two people look at each other here. */
  pairs?: boolean;
  /** It goes on, but is not seen just now: keys mean something else. */
  away?: boolean;
  /** First at the top, and further buttons there. */
  lead?: ReactNode;
  tools?: ReactNode;
}

/** Every part takes what it shows from the meeting itself, so that news about one person redraws one tile and not the page. */
export function MeetingView(props: MeetingViewProps): ReactElement {
  const { meeting, preferences, invite, onRejoin } = props;
  const panel = useSelected(meeting.store, (state) => state.panel);
  const alone = useSelected(meeting.store, ({ connection, people }) => connection.kind === 'connected' && people.length === 1);
  const title = useSelected(meeting.store, (state) => titleOf(meeting.room, state));
  const mayRename = useSelected(meeting.store, ({ rights }) => rights.rename);
  const { shortcuts, saver, name } = useStore(preferences);
  const covered = useMedia(SHEET) && panel !== 'none';
  const { stage, actions } = useStage(meeting, preferences, props.pairs ?? false);
  usePageTitle(title);
  useShortcuts(actions, { enabled: shortcuts, away: props.away ?? false });
  useWakeLock();
  return (
    <div className="meeting" data-panel={panel}>
      <TopBar meeting={meeting} stage={stage} invite={invite} inert={covered} onToggleView={actions.toggleView} lead={props.lead}>
        {props.tools}
      </TopBar>
      <main className="meeting-stage" aria-label="People in the meeting" data-alone={alone} inert={covered}>
        <Stage stage={stage} saving={saver} />
        {alone && invite !== null && (
          <InviteCard meeting={meeting} invite={invite} nameless={name.trim() === '' && mayRename} />
        )}
      </main>
      <SidePanel panel={panel} meeting={meeting} preferences={preferences} invite={invite} />
      <ControlBar meeting={meeting} preferences={preferences} inert={covered} />
      <ConnectionBanner meeting={meeting} onRejoin={onRejoin} />
      <Notices meeting={meeting} />
      <Sounds meeting={meeting} />
    </div>
  );
}

interface SidePanelProps extends Pick<MeetingViewProps, 'meeting' | 'preferences' | 'invite'> {
  panel: Panel;
}

function SidePanel({ panel, meeting, preferences, invite }: SidePanelProps): ReactElement | null {
  const [draft, setDraft] = useState('');
  if (panel === 'chat') return <ChatPanel meeting={meeting} draft={draft} onDraft={setDraft} />;
  if (panel === 'people') return <PeoplePanel meeting={meeting} invite={invite} />;
  if (panel === 'statistics') return <StatisticsPanel meeting={meeting} preferences={preferences} />;
  return null;
}

function useStage(meeting: Meeting, preferences: PreferenceStore, pairs: boolean): { stage: StageModel; actions: KeyActions } {
  const stage = useMemo(() => createStage(meeting, preferences, pairs), [meeting, preferences, pairs]);
  useEffect(() => runStage(stage, meeting, preferences), [stage, meeting, preferences]);
  const actions = useMemo<KeyActions>(
    () => ({
      meeting,
      turnPage: (by) => stage.turnPage(by),
      toggleView: () => {
        const toGrid = stage.store.get().spotlight !== null;
        preferences.change({ view: toGrid ? 'grid' : 'speaker' });
        if (toGrid) stage.clearSpotlight();
        else stage.allowScreens();
      },
    }),
    [stage, meeting, preferences],
  );
  return { stage, actions };
}

function titleOf(room: string, { connection, unread }: MeetingState): string {
  if (connection.kind === 'reconnecting') return `Reconnecting… ${room}`;
  if (connection.kind === 'lost') return `Disconnected from ${room}`;
  return unread > 0 ? `(${unread}) ${room}` : room;
}
