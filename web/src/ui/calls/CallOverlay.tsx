import { type ReactElement, useEffect, useRef } from 'react';
import type { CallCenter } from '../../client/calls/callCenter';
import type { CallMeeting } from '../../client/calls/callMeeting';
import type { CallPlace } from '../../client/calls/callPlace';
import type { Home } from '../../client/home/home';
import type { PreferenceStore } from '../../client/memory/preferences';
import { IconButton } from '../IconButton';
import { MeetingView } from '../meeting/MeetingView';
import { useModal } from '../useModal';
import { useSelected } from '../useSelected';
import { useStore } from '../useStore';
import { AddPeople } from './AddPeople';
import { CallBar } from './CallBar';
import { Calling } from './Calling';
import { PathChoice } from './PathChoice';

export interface CallOverlayProps {
  calls: CallCenter;
  place: CallPlace;
  home: Home;
  preferences: PreferenceStore;
}

/** The call that is on: over the whole page, or as a bar above it. */
export function CallOverlay({ calls, ...around }: CallOverlayProps): ReactElement | null {
  const meeting = useSelected(calls.store, (state) => state.meeting);
  return meeting === null ? null : <OnCall key={meeting.session.id} meeting={meeting} {...around} />;
}

interface OnCallProps extends Omit<CallOverlayProps, 'calls'> {
  meeting: CallMeeting;
}

function OnCall(props: OnCallProps): ReactElement {
  const { meeting, place } = props;
  const full = useStore(place.full);
  const bar = useRef<HTMLButtonElement>(null);
  useEffect(() => place.enter(meeting.session.id), [place, meeting]);
  // The dialog before has given the focus back to where it was before the call.
  useEffect(() => {
    if (!full) bar.current?.focus();
  }, [full]);
  return (
    <>
      {!full && <CallBar ref={bar} meeting={meeting} onOpen={place.open} />}
      <FullCall {...props} full={full} />
    </>
  );
}

/** Also behind a bar, where it is not seen: its sounds go on, and what is being typed stays. */
function FullCall({ meeting, place, home, preferences, full }: OnCallProps & { full: boolean }): ReactElement {
  const phase = useStore(meeting.session.phase);
  const dialog = useRef<HTMLDialogElement>(null);
  useModal(dialog, full);
  const away = <IconButton icon="minimise" label="Make it small" className="quiet" data-testid="minimise" onClick={place.minimise} />;
  return (
    <dialog
      ref={dialog}
      className="call-overlay"
      tabIndex={-1}
      aria-label={`Call with ${meeting.room}`}
      data-testid="call"
      data-phase={phase}
      data-covers-page
    >
      {phase === 'calling' ? (
        <>
          <div className="calling-away">{away}</div>
          <Calling meeting={meeting} />
        </>
      ) : (
        <MeetingView
          meeting={meeting}
          preferences={preferences}
          invite={null}
          pairs
          away={!full}
          lead={away}
          onRejoin={() => undefined}
          tools={
            <div className="call-tools">
              <PathChoice meeting={meeting} />
              <AddPeople meeting={meeting} home={home} />
            </div>
          }
        />
      )}
    </dialog>
  );
}
