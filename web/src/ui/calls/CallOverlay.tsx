import { type ReactElement, useRef } from 'react';
import type { CallCenter } from '../../client/calls/callCenter';
import type { CallMeeting } from '../../client/calls/callMeeting';
import type { Home } from '../../client/home/home';
import type { PreferenceStore } from '../../client/memory/preferences';
import { MeetingView } from '../meeting/MeetingView';
import { useModal } from '../useModal';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { AddPeople } from './AddPeople';
import { Calling } from './Calling';
import { PathChoice } from './PathChoice';

export interface CallOverlayProps {
  calls: CallCenter;
  home: Home;
  preferences: PreferenceStore;
}

/** The call that is on, over the whole page. */
export function CallOverlay({ calls, home, preferences }: CallOverlayProps): ReactElement | null {
  const meeting = useSelected(calls.store, (state) => state.meeting);
  return meeting === null ? null : <OnCall key={meeting.session.id} meeting={meeting} home={home} preferences={preferences} />;
}

interface OnCallProps {
  meeting: CallMeeting;
  home: Home;
  preferences: PreferenceStore;
}

function OnCall({ meeting, home, preferences }: OnCallProps): ReactElement {
  const phase = useStore(meeting.session.phase);
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      className="call-overlay"
      tabIndex={-1}
      aria-label={`Call with ${meeting.room}`}
      data-testid="call"
      data-phase={phase}
    >
      {phase === 'calling' ? (
        <Calling meeting={meeting} />
      ) : (
        <>
          <MeetingView meeting={meeting} preferences={preferences} invite={null} onRejoin={() => undefined} />
          <div className="call-tools">
            <AddPeople meeting={meeting} home={home} />
            <PathChoice meeting={meeting} />
          </div>
        </>
      )}
    </dialog>
  );
}
